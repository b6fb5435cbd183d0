"""Registers with clocks, of requests and breaches, and the pages that an inspection and the public are shown.

What may enter: a register of the data protection officer, and a page generated from configuration and records.
"""
