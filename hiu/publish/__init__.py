"""What people read: charts, the ranked list, the quality report, and the published tables with their manifest."""
