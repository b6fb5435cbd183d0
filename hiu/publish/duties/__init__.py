"""Papers of duties: one person's file, and the pages for inspection and of transparency.

What may enter: how such a paper is laid out. What is in it is gathered by the jobs of `pipelines/govern`.
"""
