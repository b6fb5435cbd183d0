"""How a notebook or a terminal shows an object: cards, listings, findings, charts, and names masked."""
