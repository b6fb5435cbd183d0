"""What can be typed about rights and duties: the gate, consent, holds, disclosures, release, erasure, proofs.

What may enter: a command that a data protection officer or a site's owner types, and what is printed of its answer.
"""
