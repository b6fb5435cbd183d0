"""Jobs that take something back or bring it back: undo, roll back, back up, archive, restore."""
