"""The mart: published tables of a month as a star for other tools, by token; made, kept, and made anew.

What enters: who is in it, what its tables are made of, how its folder is written. Databases it is loaded into are the
business of `pipelines/fetch`.
"""
