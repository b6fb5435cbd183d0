"""The steps of a monthly run, in the order of plan.py: intake, counting, matching, ranking, publishing.

What enters: a step, what one step alone needs, and a step tried on one file. A step is handed its `Work`.
"""
