"""A published month on disk: the sealed folder with its manifest, and the pointer that names each month's folder."""
