"""Files in: intake (bytes to text cells) and standardise (text to typed records), one file at a time.

A rule about a file, a cell or a row by itself enters here, whatever agency sent it; what relates rows does not.
"""
