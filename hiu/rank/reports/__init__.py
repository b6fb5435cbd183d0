"""Questions asked now and then: backtest, did support work, cost, equality, sensitivity, trend.

What may enter: a report on a published month.
"""
