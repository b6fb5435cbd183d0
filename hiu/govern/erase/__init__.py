"""What erasure needs to know: how an erased person is recognised when sent again, and what is left of them in bytes.

Tests of bytes and rows enter here; the job that rewrites files and tables is in pipelines/erase.
"""
