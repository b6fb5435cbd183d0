"""The jobs: what runs, in which order, under which lock, and the command line that starts it."""
