"""From pairs to people: clusters, suspicious ones resolved, reviewers' decisions, stable ids, and the run's memory."""
