"""Governance of a site: the basis, reviews and holds, release to commissioners, keys, verifying, records of processing.

What enters: jobs that record what was decided, or prove what was done. Who may be shown is asked in pipelines.access.
"""
