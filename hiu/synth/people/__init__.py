"""Invented people and what happens to them: names, homes, need, crises, and the slips with which they are described.

What may enter: who an invented person is and what happens to them; never a real person.
"""
