"""How far each mapped field of a delivery was read, and what the cells are that were not."""
