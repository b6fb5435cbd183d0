"""Questions asked now and then: backtest, did support work, cost, equality, sensitivity, trend."""
