"""Governance: agreements, keys, rights, the audit chain, pseudonyms, and the making of a site."""
