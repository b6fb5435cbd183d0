"""A command's answer, kept until it is known whom it shows; no control character in it reaches the terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hiu.plain import plain


@dataclass
class Answer:
    """Lines of an answer that are not yet shown; `entered`: the job wrote its line of the read log itself."""

    lines: list[str] = field(default_factory=list)
    entered: bool = False
    release: Callable[[], None] | None = None

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.lines)

    def show(self) -> None:
        """Write what waits to standard output."""
        lines, self.lines = self.lines, []
        for line in lines:
            sys.stdout.write(line)
        sys.stdout.flush()


_answers: list[Answer] = []


@contextmanager
def gathered() -> Iterator[Answer]:
    """Keep what is written meanwhile; whoever opens this shows it, or not."""
    _answers.append(Answer())
    try:
        yield _answers[-1]
    finally:
        _answers.pop()


def write(line: str) -> None:
    """A line of the answer; at once where nobody gathers it."""
    text = plain(line) + "\n"
    if _answers:
        _answers[-1].lines.append(text)
    else:
        sys.stdout.write(text)


def release() -> None:
    """Show what waits: before a question is asked, or a program of its own is started."""
    if _answers and _answers[-1].release:
        _answers[-1].release()


def entered() -> None:
    """The job has entered its look itself."""
    if _answers:
        _answers[-1].entered = True
