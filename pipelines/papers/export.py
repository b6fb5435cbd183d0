"""Export: the chart of everybody who may be shown, a file each, and the board paper. Resumable, and entered as left."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from hiu.disk import replace
from hiu.errors import HiuError, UsageError
from hiu.extras import require
from hiu.govern.login import login
from hiu.govern.release.cells import to_public
from hiu.month import Month
from hiu.publish.access import charted, withheld, withheld_words
from hiu.publish.board.charts import alts, board_charts
from hiu.publish.board.data import data_file, on_paper, printed
from hiu.publish.board.paper import MARKING
from hiu.publish.board.pdf import board_pdf
from hiu.publish.charts.draw import to_png
from hiu.publish.charts.export import FORMATS, chart_file
from hiu.publish.pathway.labels import unnamed
from hiu.site.ask.own_groups import read_groups
from pipelines.access.basis import allowed, for_group
from pipelines.access.disclose import PACK, enter_disclosure
from pipelines.access.looks import enter_look
from pipelines.access.pages import chart_series
from pipelines.access.releases import Export, keep_export
from pipelines.access.wording import people_of
from pipelines.common.journal import record
from pipelines.common.place import Place, published_tables
from pipelines.common.progress import Reporter
from pipelines.common.progress import out as say
from pipelines.common.work import Row
from pipelines.papers.commissioner.board import RECIPIENT, MonthPaper, board

DONE = "export.jsonl"
"""What an export has written so far: a head, then a line a file. Written as it goes, so that it can go on."""
_TABLES = (
    "ranked",
    "people",
    "support",
    "changes",
    "monthly_demand",
    "coverage",
    "missing_count",
    "meeting_entry",
    "aliases",
)


def export_charts(
    place: Place,
    month: str | None,
    *,
    top: int | None,
    form: str,
    folder: Path | None,
    show_names: bool,
    now: datetime,
    report: Reporter,
) -> Path:
    """Write the charts of the first `top` people of those who may be shown; the folder.

    What is written already, from the same month and settings, isn't written again; a chart of somebody who may no
    longer be shown is removed. Raises UsageError for a format there isn't.
    """
    if form not in FORMATS:
        raise UsageError(f"'{form}' is no format of a chart. There are: {', '.join(FORMATS)}")
    if form == "png":
        require("papers")
    wanted, source = place.which(month)
    tables = for_group(place, published_tables(source, _TABLES), now.date())
    rank = place.settings.rank
    chosen = charted(tables["ranked"], rank.top, top or len(tables["ranked"]), candidates=rank.candidate_charts)
    left_out = withheld(tables["ranked"], rank.top)
    target = folder or place.curated / "exports" / "charts" / str(wanted)
    name, version = str(wanted), place.settings.version
    head = {"month": name, "run": source.name, "settings": version, "form": form, "names": show_names}
    with _ExportFolder(target, head, {f"{person}.{form}" for person in chosen}) as written:
        todo = [person for person in chosen if not written.holds(f"{person}.{form}")]
        found = allowed(place, chosen, purpose="support", recipient="group", on=now.date(), aliases=tables["aliases"])
        charts = PACK._replace(what=f"charts{' with names' if show_names else ''}")
        basis, n, who = found.codes, len(chosen), login()
        # noted before it can be read
        enter_look(place, now, charts.what, chosen, month=wanted)
        enter_disclosure(place, now, charts, basis=basis, by=who, people=n, withheld=left_out, file=target.name)
        drawn = chart_series(place, tables, todo, wanted, show_names=show_names)
        for person in report.track(drawn, "charts"):
            written.add(f"{person.person_id}.{form}", chart_file(person, form))
    record(place, now, "charts_exported", **head, files=len(todo), kept=len(chosen) - len(todo))
    kept_back = withheld_words(tables["ranked"], rank.top)
    say(f"{target}: {len(todo)} written, {len(chosen) - len(todo)} there already, withheld: {kept_back}")
    return target


def export_board(
    place: Place, month: str | None, *, folder: Path | None, now: datetime, groups: Path | None = None
) -> Path:
    """Write the board paper of a month: PDF, presentation, data file, charts/ with their words; the folder.

    `groups` is a CSV of further characteristics of people, as the equality audit takes it.

    Not yet released: the digests of its files and its cells are entered, and a release takes these and nothing else.
    """
    require("papers")
    made = board(place, month, now, unnamed(read_groups(groups), people_of(place)) if groups else None)
    paper, solved = made.board, made.released.solved
    target = folder or place.curated / "exports" / "board" / str(paper.month)
    if target.is_dir() and any(target.iterdir()) and not (target / DONE).exists():
        raise UsageError(f"{target}: holds something else already; name an empty folder by --out")
    if solved.refused:
        record(place, now, "export_refused", month=str(paper.month), problems=len(solved.refused))
        raise HiuError(refusal(paper.month, solved.refused))
    files = board_files(made, place.settings.policy_breaks)
    with _ExportFolder(target, {"board": paper.run_id, "built": now.isoformat()}, set(files)) as written:
        for name, content in files.items():
            written.add(name, content)
    keep_export(place, _entry(made, files), now)
    about = {
        "month": str(paper.month),
        "files": len(files),
        "left_out": made.left_out,
        "basis": list(made.basis),
        "login": login(),
    }
    record(place, now, "board_exported", **about)
    say(
        f"{target}: {len(files)} files; {solved.share:.0%} of the figures that are large enough are shown. Not "
        f"released: 'hiu release board {paper.month}' has them checked by somebody else first. Left out of figures by "
        f"the basis: {made.left_out}."
    )
    for line in paper.suppressed:
        say(f"  hidden: {line}")
    return target


def refusal(month: Month, reasons: Sequence[str]) -> str:
    """Why a paper can't be made, in words, and what can be done."""
    return (
        f"{month}: the paper was not written, since it would give away protected figures to whoever has the papers "
        "released before it:\n  "
        + "\n  ".join(reasons)
        + "\nExport a later month, whose periods no longer overlap with those released, or ask the data protection "
        "officer."
    )


def _entry(made: MonthPaper, files: Mapping[str, bytes]) -> Export:
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return Export(
        recipient=RECIPIENT,
        month=str(made.board.month),
        head=made.past.head,
        files=digests,
        cells=made.cells,
        ground=made.released.ground,
        answers=made.answers,
    )


def board_files(made: MonthPaper, breaks: Mapping[str, date]) -> dict[str, bytes]:
    """The paper's files by name: from the Board and the cells' texts alone."""
    from hiu.publish.board.slides import board_slides

    paper = made.board
    svgs, words = board_charts(paper, breaks), alts(paper)
    shown = [cell for cell in made.cells if cell.shown is not None and on_paper(paper, cell)]
    files = {
        f"board-paper-{paper.month}.pdf": board_pdf(paper, svgs),
        f"board-paper-{paper.month}.pptx": board_slides(paper),
        f"board-paper-{paper.month}.csv": data_file([*map(to_public, shown), *printed(paper)]),
    }
    for name, svg in svgs.items():
        files[f"charts/{name}.svg"] = svg.encode("utf-8")
        files[f"charts/{name}.png"] = to_png(svg)
    text = "\n\n".join([MARKING, *(f"{name}\n{words[name]}" for name in svgs)])
    return files | {"charts/alt-text.txt": f"{text}\n".encode()}


class _ExportFolder:
    """A folder's files and the list of them. Files of another head, or not `wanted` any more, are removed first."""

    def __init__(self, folder: Path, head: Row, wanted: set[str]) -> None:
        self.folder, self.list = folder, folder / DONE
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = self._still_good(head, wanted)
        lines: list[Row] = [{"head": head}, *({"file": name, "sha256": digest} for name, digest in kept.items())]
        replace(self.list, b"".join(_line(line) for line in lines))
        self.done = kept

    def __enter__(self) -> _ExportFolder:
        self.stream = self.list.open("ab")
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()

    def holds(self, name: str) -> bool:
        """The file is there as it was written."""
        return name in self.done

    def add(self, name: str, content: bytes) -> None:
        """Write a file whole, then its line."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace(path, content)
        self.stream.write(_line({"file": name, "sha256": hashlib.sha256(content).hexdigest()}))
        self.stream.flush()
        self.done[name] = ""

    def _still_good(self, head: Row, wanted: set[str]) -> dict[str, str]:
        before, files = self._read()
        kept = {}
        for name, digest in files.items():
            path = self.folder / name
            if before == head and name in wanted and path.is_file() and _digest(path) == digest:
                kept[name] = digest
            else:
                path.unlink(missing_ok=True)
        return kept

    def _read(self) -> tuple[Row, dict[str, str]]:
        """The head and files of an earlier export; a last line that was cut off is left out."""
        if not self.list.exists():
            return {}, {}
        lines = self.list.read_bytes().split(b"\n")[:-1]
        try:
            rows = [json.loads(line) for line in lines]
            found = {row["file"]: row["sha256"] for row in rows[1:]}
            if any(Path(name).is_absolute() or ".." in Path(name).parts for name in found):
                raise ValueError
            return rows[0]["head"], found
        except (ValueError, KeyError, IndexError, TypeError):
            raise HiuError(f"{self.list}: damaged; remove the folder and export again") from None


def _line(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
