"""From pairs to people: clusters, suspicious ones resolved, reviewers' decisions, stable ids, and the run's memory.

What may enter: what joins and parts people.
"""
