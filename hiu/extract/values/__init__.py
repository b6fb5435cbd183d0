"""The text of one cell as a value: names, dates, numbers, postcodes, addresses, codes.

A rule about how one value is written enters here; what a file or a row is does not.
"""
