"""The ways back: undo a delivery, roll a month back, back the site up, restore it.

What enters: jobs that bring an earlier state back, and which published runs there are to go back to.
"""
