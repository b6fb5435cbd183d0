"""The assurance pack of a site: its facts gathered, its documents written, its answers kept.

What may enter: a fact that comes from configuration, records or a published table, and how the pack is put on disk.
"""
