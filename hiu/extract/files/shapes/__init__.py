"""Tables that are not one row a record below one header: made so by what the source's TOML says of their shape.

What may enter: a key of a source that says how a table is laid out.
"""
