"""All that people read: pack, workbook, person sheet, board paper, quality report, charts, and the published tables.

A room for each output; `charts` and `words` serve all of them. On this floor stands what several outputs need: who may
be shown (`access`), what is on record of people (`people`), rows, feeds, the stamp, pages and PDF. Nothing here reads a
clock, a path of a site or the warehouse: tables come in, bytes go out.

What may enter: what all outputs ask of a person and of a page; an output has a room of its own.
"""
