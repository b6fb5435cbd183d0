"""One file after another: read, checked, put into the warehouse, and what is said of it; the look ahead of a run."""
