"""What a person looks at: doubtful pairs and their order, why two descriptions were joined, search, and quality.

What may enter: what helps a reviewer.
"""
