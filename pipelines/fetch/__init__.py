"""Databases as sources: a source's query is asked, and what it gives is put into the raw folder as a Parquet file.

What enters: drivers, the connections a site keeps, and which query is asked for which month. From there on the file
is a delivery like any other: the same reading, gates, undo and erasure.
"""
