"""Canaries: nobody's name, number or id in a file where none may be."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from hiu.govern.release.canary import KINDS, Kind, People, people, sweep
from hiu.publish.release.folder import MANIFEST
from pipelines.common.place import Place

NOBODY = ("deliveries.parquet", "quarantine.parquet", "coverage.parquet", "REWRITTEN.txt")
"""Files of a published month that are about nobody; the rest is for the group, or for the analysts."""
BY_ID = ("quality.html", MANIFEST)
"""Files of a published month that speak of people by id alone."""
AGGREGATE = ("releases", "exports/board")
"""Folders of what is made for commissioners: nobody in any way."""
MASKED = ("reports", "spill", "logs")
"""Folders in which people have masked names or ids: no name, no number."""


def canaries(place: Place, known: People | None = None) -> tuple[int, list[str]]:
    """How many files were swept, and every hit: a sentence without the value."""
    everybody = known or people_of(place)
    hits: list[str] = []
    files = list(_swept(place))
    for path, name, kinds in files:
        hits += sweep(name, path.read_bytes(), everybody, kinds)
    return len(files), hits


def people_of(place: Place) -> People:
    """Everybody in the published months."""
    names: set[str | None] = set()
    numbers: set[str | None] = set()
    columns = ["name_text", "nhs_number", "aliases", "named"]
    for folder in sorted(set(place.months().values())):
        # a row that names nobody is called 'Not Known', which is no name
        frame = pl.read_parquet(place.published / folder / "people.parquet", columns=columns).filter("named")
        names |= set(frame["name_text"])
        names |= {name for many in frame["aliases"].drop_nulls() for name in many.split("|")}
        numbers |= set(frame["nhs_number"])
    return people(names, numbers)


def _swept(place: Place) -> Iterator[tuple[Path, str, tuple[Kind, ...]]]:
    """Every file with a rule, its name under the curated folder, and what it may not hold."""

    def rule(path: Path, *kinds: Kind) -> tuple[Path, str, tuple[Kind, ...]]:
        return path, path.relative_to(place.curated).as_posix(), kinds or KINDS

    for path in (place.audit, place.current, place.lock.with_suffix(".who")):
        if path.exists():
            yield rule(path)
    for folder in sorted(set(place.months().values())):
        yield from (
            rule(place.published / folder / name) for name in NOBODY if (place.published / folder / name).exists()
        )
        inside = place.published / folder
        yield from (rule(inside / name, "name", "nhs_number") for name in BY_ID if (inside / name).exists())
        yield from (
            rule(path, "name", "nhs_number")
            for path in sorted((place.published / folder).glob("reports/**/*"))
            if path.is_file()
        )
    for parts, kinds in ((AGGREGATE, KINDS), (MASKED, ("name", "nhs_number"))):
        for part in parts:
            yield from (rule(path, *kinds) for path in sorted((place.curated / part).rglob("*")) if path.is_file())
