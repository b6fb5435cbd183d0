"""Papers made earlier that hold somebody who forbade it since: exports and reports under the curated folder.

Unlike a published run they are not made anew: they are withdrawn, and whoever needs one writes it again. Papers for
commissioners hold figures alone, and a person's own file is theirs: neither is looked at.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import polars as pl

from hiu.govern.erase.residue import Traces, trace_places
from hiu.model.govern import EVERY
from hiu.publish.release.working import whole_table
from hiu.publish.words.text import count_of
from pipelines.access.basis import allowed, basis_of, called_since, last_aliases
from pipelines.common.journal import record
from pipelines.common.place import Paths, Place

SEEN_BY = {"exports": "group", "reports": "analyst"}
"""Folders of papers that may hold people, and who reads them."""
FIGURES = ("exports/board", "exports/compare", "exports/register", "exports/places")
_OF_PEOPLE = ("person_id", "name_text", "nhs_number", "dob", "postcode")


def papers_with_refused(place: Place, on: date) -> list[Path]:
    """Files that hold somebody who forbade it since and may not be shown, on a day, to whoever reads them."""
    return [
        path for part, traces in _refused(place, on).items() for path in _files(place, part) if _holds(path, traces)
    ]


def withdraw_papers(place: Place, now: datetime) -> list[str]:
    """Remove these files and enter that; a sentence for each folder. A copy elsewhere is for its holder to destroy."""
    found = papers_with_refused(place, now.date())
    if not found:
        return []
    gone, blocked = Counter[str](), Counter[str]()
    for path in found:
        (gone if _removed(path) else blocked)[path.parent.relative_to(place.curated).as_posix()] += 1
    record(place, now, "papers_withdrawn", files=gone.total())
    return [
        *(
            f"{folder}: {count_of(n, 'file')} withdrawn: somebody in it may not be shown any more. Write it again for "
            "those who may"
            for folder, n in sorted(gone.items())
        ),
        *(
            f"{folder}: {count_of(n, 'file')} could not be removed, though somebody in it may not be shown any more. "
            "Close whatever has it open; the next 'hiu run' removes it"
            for folder, n in sorted(blocked.items())
        ),
        "papers that were written into another folder (--out), printed or sent are not reached: 'hiu disclose' says "
        "what left, and whoever has them destroys them",
    ]


def _removed(path: Path) -> bool:
    """Whether a file could be removed: Windows keeps one that a program has open."""
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _files(paths: Paths, part: str) -> Iterator[Path]:
    figures = [paths.curated / folder for folder in FIGURES]
    for path in sorted((paths.curated / part).rglob("*")):
        if path.is_file() and not any(path.is_relative_to(folder) for folder in figures):
            yield path


def _holds(path: Path, traces: Traces) -> bool:
    return bool(trace_places(path.name, path.read_bytes(), traces))


def _refused(place: Place, on: date) -> dict[str, Traces]:
    """By the folder of papers what tells the people who may not be in it; no folder in which there are no papers."""
    parts = {part: who for part, who in SEEN_BY.items() if any(_files(place, part))}
    aliases = last_aliases(place)
    denials = basis_of(place, aliases).filter(~pl.col("allow"), pl.col("code") != "died", pl.col("person_id") != EVERY)
    if not parts or denials.is_empty() or not place.months():
        return {}
    everybody = _everybody(place)
    called = called_since(everybody["person_id"], aliases)
    denied = called.join(denials, on="person_id", how="semi")
    out = {}
    for part, recipient in parts.items():
        ids = denied["person_id"]
        seen = allowed(place, ids, purpose="support", recipient=recipient, on=on, aliases=aliases).ids
        gone = denied.filter(~pl.col("person_id").is_in(sorted(seen)))
        if gone.height:
            out[part] = _traces(everybody, {*gone["person_id"], *gone["was"]})
    return out


def _everybody(paths: Paths) -> pl.DataFrame:
    """Everybody in the published months, as they were described there."""
    files = (whole_table(paths.published / folder, "people") for folder in sorted(set(paths.months().values())))
    return pl.concat([pl.read_parquet(path, columns=list(_OF_PEOPLE)) for path in files if path.is_file()]).unique()


def _traces(everybody: pl.DataFrame, ids: set[str]) -> Traces:
    """What tells these people: ids, numbers, names that nobody else has, homes with a day of birth."""
    theirs = pl.col("person_id").is_in(sorted(ids))
    own, others = everybody.filter(theirs), everybody.filter(~theirs)
    names = set(own["name_text"].drop_nulls()) - set(others["name_text"].drop_nulls())
    homes = own.select("dob", "postcode").drop_nulls().rows()
    return Traces(
        frozenset(ids),
        frozenset(own["nhs_number"].drop_nulls()),
        frozenset(name for name in names if " " in name.strip()),
        frozenset(homes),
    )
