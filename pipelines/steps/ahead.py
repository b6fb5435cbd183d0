"""Deliveries read, and put to the gate together, ahead of being written: a few at a time, in order.

While the warehouse writes, the next files are read: in a thread, or in one or two processes of their own when there
is enough to read to pay for starting them (Python reads names and postcodes in one thread only). What is read so is the
same.
"""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date
from typing import Any

from hiu.errors import InputRefused
from pipelines.common.place import Place
from pipelines.common.workers import worker_pool
from pipelines.steps.deliver import Asked, Job, Ready, ask, ready

FEW_BYTES, MANY_BYTES = 4_000_000, 32_000_000
"""Less than the first to read is read in a thread, more than the second in two processes."""

AHEAD_BYTES = 32_000_000
WINDOW_ROWS, WINDOW_FILES = 150_000, 64
"""How much is read before it is written, and how many rows or deliveries are put to the gate at once."""


@dataclass(frozen=True)
class Next:
    """A delivery to be written next, or why it is refused; what its rows said at the gate."""

    job: Job
    read: Ready | InputRefused
    asked: Asked

    def ready(self) -> Ready:
        """The delivery. Raises InputRefused."""
        if isinstance(self.read, InputRefused):
            raise self.read
        return self.read


def read_ahead(place: Place, jobs: Sequence[Job], today: date) -> Generator[Next, None, None]:
    """Every job in order, read and asked about at the gate; what becomes of it is decided as it is written."""
    if not jobs:
        return
    pool = _pool(jobs)
    try:
        reading = _read(pool, place, jobs, today)
        _warm()
        window: list[tuple[Job, Ready | InputRefused]] = []
        rows = 0
        for job, found in reading:
            window.append((job, found))
            rows += found.received if isinstance(found, Ready) else 0
            if rows >= WINDOW_ROWS or len(window) >= WINDOW_FILES:
                yield from _asked(place, window)
                window, rows = [], 0
        yield from _asked(place, window)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _asked(place: Place, window: Sequence[tuple[Job, Ready | InputRefused]]) -> Iterator[Next]:
    """The deliveries of a window, those of one source put to the gate together."""
    by_source: dict[str, list[int]] = {}
    for k, (job, found) in enumerate(window):
        if isinstance(found, Ready):
            by_source.setdefault(job.found.source, []).append(k)
    answers: dict[int, Asked] = {}
    for name, places in by_source.items():
        done = [found.done for k in places if isinstance(found := window[k][1], Ready)]
        answers |= zip(places, ask(done, place.sources[name]), strict=True)
    for k, (job, found) in enumerate(window):
        yield Next(job, found, answers.get(k, Asked()))


def _warm() -> None:
    """Load Great Expectations, which takes seconds, while the first files are read."""
    import hiu.quality.check

    hiu.quality.check.warm()


def _pool(jobs: Sequence[Job]) -> Executor:
    size = sum(map(_bytes, jobs))
    return ThreadPoolExecutor(1) if size < FEW_BYTES else worker_pool(1 if size < MANY_BYTES else 2)


def _read(pool: Executor, place: Place, jobs: Sequence[Job], today: date) -> Iterator[tuple[Job, Ready | InputRefused]]:
    """Jobs in order as they are read, with no more bytes under way than AHEAD_BYTES (but one file always)."""
    left, under_way = deque(jobs), deque[tuple[Job, Future[Any]]]()

    def fill() -> None:
        while left and (not under_way or sum(_bytes(job) for job, _ in under_way) + _bytes(left[0]) <= AHEAD_BYTES):
            job = left.popleft()
            under_way.append((job, pool.submit(_try, place, job, today)))

    fill()

    def in_order() -> Iterator[tuple[Job, Ready | InputRefused]]:
        while under_way:
            job, future = under_way.popleft()
            try:
                sent = future.result()
            except BrokenProcessPool:  # no second process can be had here: read in this one
                sent = _try(place, job, today)
            fill()
            yield job, _found(sent)

    return in_order()


def _bytes(job: Job) -> int:
    return job.found.path.stat().st_size


def _try(place: Place, job: Job, today: date) -> Ready | dict[str, Any]:
    """The delivery, or the parts of its refusal: an exception of ours cannot pass between processes."""
    try:
        return ready(place, job, today)
    except InputRefused as refusal:
        return {"message": str(refusal), **vars(refusal)}


def _found(sent: Ready | dict[str, Any]) -> Ready | InputRefused:
    if isinstance(sent, Ready):
        return sent
    refusal = InputRefused(sent["code"], sent["message"])
    refusal.file, refusal.row, refusal.column = sent["file"], sent["row"], sent["column"]
    return refusal
