"""The monthly list: intensity, risk, certainty, change labels, and what changed since the last list."""
