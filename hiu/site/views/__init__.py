"""What an analyst asks of a month: the list, a person, the cohort, quality, linkage, definitions, a draft mapping.

A view reads tables through hiu.site.tables and holds no rule of its own.

What may enter: a question; it reads tables through hiu/site/tables.py.
"""
