"""The erasure of a person: found, taken out of tables, files and backups, and what is left is said.

What enters: only what takes a person out, or finds what would be left.
"""
