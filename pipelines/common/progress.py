"""What an operator sees while a job runs: a bar for each stage on a terminal, a log line otherwise."""

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from hiu.plain import plain
from pipelines.common.answer import write

Item = TypeVar("Item")
log = logging.getLogger("hiu")


class Reporter:
    """Stages with counts and seconds. `quiet` prints nothing; not on a terminal: one line a stage."""

    def __init__(self, *, quiet: bool = False, console: Console | None = None) -> None:
        self.quiet = quiet
        self.console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage and say when it is done."""
        began = time.perf_counter()
        yield
        took = time.perf_counter() - began
        self.seconds[name] = round(self.seconds.get(name, 0) + took, 3)
        self.say(f"{name:<10} {took:6.1f} s")

    def track(self, items: list[Item], label: str) -> Iterable[Item]:
        """Go through items under a bar: counts, elapsed, time left."""
        if self.quiet or not self.console.is_terminal:
            yield from items
            return
        columns = (
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            yield from progress.track(items, description=label)

    def say(self, line: str) -> None:
        """One line for the operator."""
        if not self.quiet:
            self.console.print(plain(line), markup=False)


def out(line: str = "") -> None:
    """A line of a command's answer, on standard output; no control character reaches a terminal."""
    write(line)
