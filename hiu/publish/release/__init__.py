"""A published month on disk: the sealed folder with its manifest, and the pointer that names each month's folder.

Bytes in, files out: what the files say is made in the other rooms.

What may enter: how a folder is written and found.
"""
