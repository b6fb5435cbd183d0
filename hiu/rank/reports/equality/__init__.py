"""The equality audit: whether groups are on the list as often as their share says, and what it could notice."""
