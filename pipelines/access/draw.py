"""Charts drawn beside the run: the renderer keeps Python to itself while it draws, so it works in processes of its own.

A few charts are drawn here; so are all where no process can be started. The pictures are the same.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib.metadata import version
from pathlib import Path

from hiu.errors import HiuError
from hiu.publish.charts.data import PersonSeries
from hiu.publish.charts.draw import chart_files, to_svg
from hiu.publish.charts.draw import person_chart as draw_chart
from hiu.publish.release.folder import read_manifest
from pipelines.common.fingerprint import code_digest, digest
from pipelines.common.progress import Reporter
from pipelines.common.workers import worker_pool

FEW, AT_ONCE = 8, 4

MADE_OF = "charts/made-of.json"
"""The file of a release that says of each chart what it was made of, as a digest."""

Svgs = dict[str, str]
"""SVG by person id."""


class Drawing:
    """Charts under way: started when it is made, collected with `done`.

    Those of people of whom nothing that is drawn has changed are taken from `last`, the month's folder so far.
    """

    def __init__(self, people: Sequence[PersonSeries], last: Path | None = None) -> None:
        self._made_of = {person.person_id: chart_digest(person) for person in people}
        self._kept = kept_charts(last, self._made_of) if last else {}
        new = [person for person in people if person.person_id not in self._kept]
        self._parts = [new[k : k + AT_ONCE] for k in range(0, len(new), AT_ONCE)]
        self._pool = worker_pool(1) if len(new) > FEW else None
        self._under_way = [(part, _submit(self._pool, part)) for part in self._parts]

    def done(self, report: Reporter) -> tuple[Svgs, dict[str, bytes]]:
        """Every chart, in the order asked: SVG by person id, and the files of a release."""
        drawn = dict(self._kept)
        for part, future in report.track(self._under_way, "charts"):
            drawn |= _drawn(part, future)
        self.close()
        svgs = {person_id: drawn[person_id] for person_id in self._made_of}
        about = {MADE_OF: json.dumps(self._made_of, indent=1).encode() + b"\n"} if svgs else {}
        return svgs, {**chart_files(svgs), **about}

    def close(self) -> None:
        """Let go of the processes; what was not begun is left."""
        if self._pool:
            self._pool.shutdown(wait=False, cancel_futures=True)


def chart_digest(person: PersonSeries) -> str:
    """Digest of all that a person's chart is made of: what it shows, the code that draws it, and the renderer."""
    return digest(repr(person), code_digest(draw_chart.__module__), version("vl-convert-python"))


def kept_charts(folder: Path, made_of: Mapping[str, str]) -> Svgs:
    """The charts of a release that were made of just this, and are as they were written."""
    try:
        files, made_of_before = read_manifest(folder)["files"], (folder / MADE_OF).read_bytes()
        before = json.loads(made_of_before)
        same = [one for one, made in made_of.items() if before.get(one) == made]
        found = {one: (folder / "charts" / f"{one}.svg").read_bytes() for one in same}
    except (OSError, ValueError, AttributeError, HiuError):
        return {}
    read = {MADE_OF: made_of_before} | {f"charts/{one}.svg": content for one, content in found.items()}
    sound = all(files.get(name, {}).get("sha256") == hashlib.sha256(one).hexdigest() for name, one in read.items())
    return {one: content.decode("utf-8") for one, content in found.items()} if sound else {}


def draw(people: Sequence[PersonSeries]) -> Svgs:
    """Each person's chart."""
    return {person.person_id: to_svg(draw_chart(person)) for person in people}


def _submit(pool: ProcessPoolExecutor | None, part: Sequence[PersonSeries]) -> Future[Svgs] | None:
    try:
        return pool.submit(draw, part) if pool else None
    except BrokenProcessPool:
        return None


def _drawn(part: Sequence[PersonSeries], future: Future[Svgs] | None) -> Svgs:
    try:
        return future.result() if future else draw(part)
    except BrokenProcessPool:
        return draw(part)
