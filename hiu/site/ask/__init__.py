"""What is often asked of a month: people side by side, who differs from whom, and what comes around what.

A general verb enters here, and its table has the figures of everybody or of a cohort; a single question does not.
"""
