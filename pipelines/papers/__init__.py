"""Jobs that write what people read outside the pack: reports, board paper, sheets, exports, the workbook back."""
