"""What every job stands on: the site on disk, its lock, journal and list of backups, progress, fingerprints, processes.

What enters: what jobs of several folders need and that shows nobody; nothing here runs a step or asks who may be shown.
"""
