"""The steps of a monthly run, in the order of plan.py: intake, counting, matching, ranking, publishing."""
