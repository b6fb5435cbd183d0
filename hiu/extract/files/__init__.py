"""One file as rows of text: found in the raw folder, decoded, its header read, its columns named.

A rule about bytes, sheets, headers or the shape of a file enters here; what a value means does not.
"""
