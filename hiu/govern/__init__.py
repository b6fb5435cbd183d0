"""Governance: agreements, keys, rights, the audit chain, pseudonyms, and the making of a site.

What may enter: what is recorded or kept secret, and how.
"""
