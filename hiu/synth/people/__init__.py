"""Invented people and what happens to them: names, homes, need, crises, and the slips with which they are described.

What may enter: nothing about a real person.
"""
