"""What people read outside the pack: reports, the board paper, sheets, exports, and the workbook taken back in.

What enters: jobs that work from a published month alone; nothing here opens the warehouse.
"""
