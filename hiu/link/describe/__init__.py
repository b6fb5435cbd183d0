"""Descriptions as the matcher reads them: distinct descriptions, their words, digests, and lists of common names.

What may enter: what a description says.
"""
