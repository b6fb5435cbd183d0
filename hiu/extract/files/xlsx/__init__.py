"""One sheet of a workbook as text: how far it goes, merged and hidden cells, and the cells themselves."""
