"""Papers of the crisis pathway: figures under disclosure control, lists of people under the gate, files.

What may enter: a job about a part of the pathway; what a site sends for none of it has no paper.
"""
