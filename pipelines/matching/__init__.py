"""Who is who, on a site: find and explain people, decide on pairs, train a model.

What enters: jobs that a person starts about matching. The matching of a month is a step; its rules are in hiu.link.
"""
