"""Processes that work beside the run: started the same way on every system, and gone when it is."""

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.process import BaseProcess


def worker_pool(most: int) -> ProcessPoolExecutor:
    """At most so many processes, and no more than there are cores. Spawned: the same everywhere, safe beside threads.

    A result may raise BrokenProcessPool where no process can be started: the caller then does the work itself.
    """
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(max(1, min(most, os.cpu_count() or 1)), mp_context=spawn, initializer=_begin)


def _begin() -> None:
    """Leave Ctrl-C to the run, and end when it does, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
