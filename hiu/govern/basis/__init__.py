"""Whether data may be used: agreements with sources, the gate that decides who may be shown, what falls due, retention.

Rules about one person or one agreement on one day enter here; reading and writing of records does not.
"""
