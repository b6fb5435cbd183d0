"""Who may be shown what, asked by every job: the site's basis, the entry of what leaves, and the sweep for names."""
