"""What is done once or now and then: an invented area, mappings and suites, a half-life adopted, notebooks, made docs.

What enters: jobs that no month needs.
"""
