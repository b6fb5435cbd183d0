"""What every job stands on: the site on disk, its lock and journal, progress, fingerprints, worker processes.

Nothing here runs a step; a job imports from here and never from the folder of another job.
"""
