"""An invented area: a site with its drops, and the truth about them."""

import json
from datetime import datetime
from pathlib import Path

from hiu.errors import UsageError
from hiu.govern.init import init_site
from hiu.month import Month
from hiu.sources import load_sources, on_offer
from hiu.synth import synthesise
from hiu.synth.site import write_sources


def make_area(
    folder: Path, *, people: int, months: int, seed: int, last: str, now: datetime, pathway: bool = False
) -> str:
    """A site in `folder` with drops and truth, with `pathway` those of the crisis pathway too. In words, what is there.

    Raises UsageError if the folder holds something else.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "area.json").exists():
        raise UsageError(f"{folder} is not empty, and not an area made here; name another folder")
    asked: dict[str, object] = {"people": people, "months": months, "seed": seed, "last": last}
    asked |= {"pathway": True} if pathway else {}
    note = folder / "area.json"
    if note.exists():
        if json.loads(note.read_text(encoding="utf-8")) == asked:
            return "as it was"
        raise UsageError(f"{folder} holds another area ({note.read_text(encoding='utf-8')}); name another folder")
    sources = [*sorted(load_sources()), *(sorted(on_offer()) if pathway else ())]
    init_site(folder, name=f"Synthetic area (seed {seed})", synthetic=True, today=now.date(), sources=sources)
    write_sources(folder, pathway=sources[len(load_sources()) :])
    span = {"people": people, "months": months, "seed": seed, "last_month": Month.parse(last)}
    made = synthesise(folder / "data", **span, pathway=pathway)  # type: ignore[arg-type]
    note.write_text(json.dumps(asked), encoding="utf-8", newline="\n")
    rows, kinds = sum(made.rows.values()), len(made.rows)
    return f"{made.people:,} invented people, {rows:,} rows of {kinds} sources; what is true of them is in {made.truth}"
