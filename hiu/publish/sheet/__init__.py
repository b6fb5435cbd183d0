"""The person sheet: a PDF about one person for the lead clinician, who acts on its first page.

`first` is what that page says before the figures, `who` who it is and how sure that is, `page` the whole. Only what
concerns one person enters.
"""
