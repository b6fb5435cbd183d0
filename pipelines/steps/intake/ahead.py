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

from hiu.errors import InputRefused
from pipelines.common.place import Place
from pipelines.common.work import Row
from pipelines.common.workers import worker_pool
from pipelines.steps.intake.deliver import Delivery, LoadJob, SuiteAnswers, ask_suites, read_delivery

FEW_BYTES, MANY_BYTES, FEW_FILES = 4_000_000, 64_000_000, 100
"""Less than the first to read, in fewer files than the last, is read in a thread; more than the second in two
processes."""

AHEAD_BYTES = 32_000_000
WINDOW_ROWS, WINDOW_FILES = 150_000, 64
"""How much is read before it is written, and how many rows or deliveries are put to the gate at once."""


Read = tuple[LoadJob, Delivery | InputRefused]
"""A delivery as it was read, or why it is refused."""


@dataclass(frozen=True)
class NextDelivery:
    """A delivery to be written next, or why it is refused; what its rows said at the gate."""

    job: LoadJob
    read: Delivery | InputRefused
    answers: SuiteAnswers

    def delivery(self) -> Delivery:
        """The delivery. Raises InputRefused."""
        if isinstance(self.read, InputRefused):
            raise self.read
        return self.read


def read_ahead(place: Place, jobs: Sequence[LoadJob], today: date) -> Generator[NextDelivery, None, None]:
    """Every job in order, read and asked about at the gate; what becomes of it is decided as it is written."""
    if not jobs:
        return
    pool = _pool(jobs)
    try:
        reading = _read(pool, place, jobs, today)
        window: list[Read] = []
        rows = 0
        for job, found in reading:
            window.append((job, found))
            rows += found.received if isinstance(found, Delivery) else 0
            if rows >= WINDOW_ROWS or len(window) >= WINDOW_FILES:
                yield from _ask_window(place, window)
                window, rows = [], 0
        yield from _ask_window(place, window)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _ask_window(place: Place, window: Sequence[Read]) -> Iterator[NextDelivery]:
    """The deliveries of a window, those of one source put to the gate together."""
    by_source: dict[str, list[int]] = {}
    for k, (job, found) in enumerate(window):
        if isinstance(found, Delivery):
            by_source.setdefault(job.file.source, []).append(k)
    answers: dict[int, SuiteAnswers] = {}
    for name, places in by_source.items():
        done = [found.standardised for k in places if isinstance(found := window[k][1], Delivery)]
        answers |= zip(places, ask_suites(done, place.sources[name]), strict=True)
    for k, (job, found) in enumerate(window):
        yield NextDelivery(job, found, answers.get(k, SuiteAnswers()))


def _pool(jobs: Sequence[LoadJob]) -> Executor:
    size = sum(map(_bytes, jobs))
    few = size < FEW_BYTES and len(jobs) < FEW_FILES
    return ThreadPoolExecutor(1) if few else worker_pool(1 if size < MANY_BYTES else 2)


def _read(pool: Executor, place: Place, jobs: Sequence[LoadJob], today: date) -> Iterator[Read]:
    """Jobs in order as they are read, with no more bytes under way than AHEAD_BYTES (but one file always)."""
    left, under_way = deque(jobs), deque[tuple[LoadJob, Future[Delivery | Row]]]()

    def fill() -> None:
        while left and (not under_way or sum(_bytes(job) for job, _ in under_way) + _bytes(left[0]) <= AHEAD_BYTES):
            job = left.popleft()
            under_way.append((job, _submit(pool, place, job, today)))

    fill()

    def in_order() -> Iterator[Read]:
        while under_way:
            job, future = under_way.popleft()
            try:
                answer = future.result()
            except BrokenProcessPool:  # no second process can be had here: read in this one
                answer = _try_reading(place, job, today)
            fill()
            yield job, _delivery_or_refusal(answer)

    return in_order()


def _submit(pool: Executor, place: Place, job: LoadJob, today: date) -> Future[Delivery | Row]:
    """The reading of a job; of a pool that broke while others were read, the same fault as theirs."""
    try:
        return pool.submit(_try_reading, place, job, today)
    except BrokenProcessPool as fault:
        broken = Future[Delivery | Row]()
        broken.set_exception(fault)
        return broken


def _bytes(job: LoadJob) -> int:
    return job.file.path.stat().st_size


def _try_reading(place: Place, job: LoadJob, today: date) -> Delivery | Row:
    """The delivery, or the parts of its refusal: an exception of ours cannot pass between processes."""
    try:
        return read_delivery(place, job, today)
    except InputRefused as refusal:
        return {"message": str(refusal), **vars(refusal)}


def _delivery_or_refusal(answer: Delivery | Row) -> Delivery | InputRefused:
    if isinstance(answer, Delivery):
        return answer
    refusal = InputRefused(answer["code"], answer["message"])
    for name in ("file", "row", "column", "problem"):
        setattr(refusal, name, answer[name])
    return refusal
