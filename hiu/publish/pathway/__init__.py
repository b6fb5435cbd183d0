"""What is printed of the crisis pathway: one paper of a part, as a page, a workbook and a PDF with the same figures.

What may enter: how a part's tables and charts are laid out; no figure is worked out here.
"""
