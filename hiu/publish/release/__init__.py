"""A published month on disk: the sealed folder with its manifest, and the pointer that names each month's folder.

Bytes in, files out: what the files say is made in the other rooms.
"""
