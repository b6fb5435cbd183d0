"""Charts: the data, layout and words of a person's months, and the charts of reports and of matching.

Altair and the renderer are used here; no table is computed here.

What may enter: drawing, and how many months are drawn.
"""
