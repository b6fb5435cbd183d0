"""Charts drawn beside the run: the renderer keeps Python to itself while it draws, so it works in processes of its own.

A few charts are drawn here; so are all where no process can be started. The pictures are the same.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from hiu.publish.charts.data import PersonSeries
from hiu.publish.charts.draw import chart_files, person_chart, to_svg
from pipelines.common.progress import Reporter
from pipelines.common.workers import worker_pool

FEW, AT_ONCE = 8, 4

Drawn = tuple[dict[str, str], dict[str, bytes]]
"""SVG by person id, and the files of a release (charts/<person id>.svg and .png)."""


class Drawing:
    """Charts under way: started when it is made, collected with `done`."""

    def __init__(self, people: Sequence[PersonSeries]) -> None:
        self._parts = [people[k : k + AT_ONCE] for k in range(0, len(people), AT_ONCE)]
        self._pool = worker_pool(2) if len(people) > FEW else None
        self._under_way = [(part, _submit(self._pool, part)) for part in self._parts]

    def done(self, report: Reporter) -> Drawn:
        """Every chart, in the order asked."""
        svgs: dict[str, str] = {}
        files: dict[str, bytes] = {}
        for part, future in report.track(self._under_way, "charts"):
            drawn = _drawn(part, future)
            svgs |= drawn[0]
            files |= drawn[1]
        self.close()
        return svgs, files

    def close(self) -> None:
        """Let go of the processes; what was not begun is left."""
        if self._pool:
            self._pool.shutdown(wait=False, cancel_futures=True)


def draw(people: Sequence[PersonSeries]) -> Drawn:
    """Each person's chart, both ways."""
    svgs = {person.person_id: to_svg(person_chart(person)) for person in people}
    return svgs, chart_files(svgs)


def _submit(pool: ProcessPoolExecutor | None, part: Sequence[PersonSeries]) -> Future[Drawn] | None:
    try:
        return pool.submit(draw, part) if pool else None
    except BrokenProcessPool:
        return None


def _drawn(part: Sequence[PersonSeries], future: Future[Drawn] | None) -> Drawn:
    try:
        return future.result() if future else draw(part)
    except BrokenProcessPool:
        return draw(part)
