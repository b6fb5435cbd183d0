"""The assurance pack: its documents as data, and how they are written for those who fill them in.

What may enter: a document, and how it is laid out. Every statement about the product names a test or a figure; what
only the organisation can say is a place to complete. Which facts a site has is for `pipelines/govern/assurance`.
"""
