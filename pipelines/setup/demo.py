"""Invent an area; and the demonstration: invent one, run everything, say where things are."""

import json
from datetime import datetime
from pathlib import Path

from hiu.errors import UsageError
from hiu.govern.init import init_site
from hiu.month import Month
from hiu.sources import load_sources
from hiu.synth import synthesise
from hiu.synth.site import write_sources
from pipelines.common.place import open_place
from pipelines.common.progress import Reporter, out

LAST = Month(2026, 3)


def make_area(folder: Path, *, people: int, months: int, seed: int, last: str, now: datetime) -> str:
    """A site in `folder` with drops and truth. Raises UsageError if the folder holds something else."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "area.json").exists():
        raise UsageError(f"{folder} is not empty, and not an area made here; name another folder")
    asked = {"people": people, "months": months, "seed": seed, "last": last}
    note = folder / "area.json"
    if note.exists():
        if json.loads(note.read_text(encoding="utf-8")) == asked:
            return "as it was"
        raise UsageError(f"{folder} holds another area ({note.read_text(encoding='utf-8')}); name another folder")
    init_site(
        folder, name=f"Synthetic area (seed {seed})", synthetic=True, today=now.date(), sources=sorted(load_sources())
    )
    write_sources(folder)
    made = synthesise(folder / "data", people=people, months=months, seed=seed, last_month=Month.parse(last))
    note.write_text(json.dumps(asked), encoding="utf-8", newline="\n")
    return str(made)


def run_demo(folder: Path, *, people: int, months: int, seed: int, now: datetime, report: Reporter) -> int:
    """Make the area if it isn't there, run its last two months, and name the meeting pack and a chart."""
    from pipelines.govern.told import tell
    from pipelines.run import run_month

    with report.stage("synth"):
        make_area(folder, people=people, months=months, seed=seed, last=str(LAST), now=now)
    place = open_place(folder)
    if place.published_folder(LAST) is None:
        report.say(f"{(LAST - 1).title}, so that the pack can say what changed since:")
        run_month(place, LAST - 1, now=now, report=report)
    report.say(f"{LAST.title}:")
    outcome = run_month(place, LAST, now=now, report=report)
    tell(outcome)
    if outcome.published:
        charts = sorted((outcome.published / "charts").glob("*.svg"))
        out()
        out("The people are invented. Open in a browser:")
        out(f"  the meeting pack  {(outcome.published / 'pack.html').resolve()}")
        if charts:
            out(f"  one chart         {charts[0].resolve()}")
        out(f"Next: hiu run {LAST} --site {folder}   (nothing changed, so nothing is done again)")
    return 1 if outcome.intake.refused else 0
