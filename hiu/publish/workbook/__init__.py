"""The risk and demand workbook: written for a meeting, returned from it, and read back cell by cell."""
