"""Canaries: nobody's name, number or id in a file where none may be."""

from collections.abc import Iterator
from pathlib import Path

from hiu.govern.reads import folder_of
from hiu.govern.release.canary import KINDS, Kind, People, sweep
from hiu.publish.release.folder import MANIFEST
from pipelines.access.mart.build import NAMES
from pipelines.access.wording import people_of
from pipelines.common.place import Paths, Place

NOBODY = (
    "deliveries.parquet",
    "quarantine.parquet",
    "refused_file.parquet",
    "field_quality.parquet",
    "coverage.parquet",
    "REWRITTEN.txt",
)
"""Files of a published month that are about nobody; the rest is for the group, or for the analysts."""
BY_ID = ("quality.html", MANIFEST)
"""Files of a published month that speak of people by id alone."""
AGGREGATE = ("releases", "exports/board", "exports/places")
"""Folders of what is made for commissioners: nobody in any way."""
PAPERS = "exports/pathway"
"""Folder of the pathway's papers: nobody in any way, but for the lists, which are asked for by name."""
LISTS = "-list-"
MART = "mart"
"""Folder of the marts: tokens alone, but for the folder that says who a token is."""
MASKED = ("reports", "spill", "logs")
"""Folders in which people have masked names or ids: no name, no number."""


def canaries(place: Place, everybody: People | None = None) -> tuple[int, list[str]]:
    """How many files were swept, and every hit: a sentence without the value."""
    everybody = everybody or people_of(place)
    hits: list[str] = []
    files = [*_swept(place), *_reads(place)]
    for path, name, kinds in files:
        hits += sweep(name, path.read_bytes(), everybody, kinds)
    return len(files), hits


def _unnamed(path: Path) -> bool:
    """A file of a mart's tables; databases are packed, and hold the same as the files beside them."""
    return path.is_file() and path.suffix in (".parquet", ".csv", ".json") and path.parent.name != NAMES


def _reads(place: Place) -> Iterator[tuple[Path, str, tuple[Kind, ...]]]:
    """The read logs, wherever they are, and the logs of earlier keys."""
    now = folder_of(place.settings, place.curated)
    earlier = [*place.curated.glob("audit-until-*.jsonl"), *place.curated.glob("reads-until-*/*.jsonl")]
    for path in sorted([*now.glob("*.jsonl"), *earlier]):
        yield path, f"{path.parent.name}/{path.name}", KINDS


def _swept(paths: Paths) -> Iterator[tuple[Path, str, tuple[Kind, ...]]]:
    """Every file with a rule, its name under the curated folder, and what it may not hold."""

    def rule(path: Path, *kinds: Kind) -> tuple[Path, str, tuple[Kind, ...]]:
        return path, path.relative_to(paths.curated).as_posix(), kinds or KINDS

    for path in (paths.audit, paths.current, paths.lock.with_suffix(".who")):
        if path.exists():
            yield rule(path)
    for folder in sorted(set(paths.months().values())):
        yield from (
            rule(paths.published / folder / name) for name in NOBODY if (paths.published / folder / name).exists()
        )
        inside = paths.published / folder
        yield from (rule(inside / name, "name", "nhs_number") for name in BY_ID if (inside / name).exists())
        yield from (
            rule(path, "name", "nhs_number")
            for path in sorted((paths.published / folder).glob("reports/**/*"))
            if path.is_file()
        )
    yield from (
        rule(path, "name", "nhs_number", "person_id")
        for path in sorted((paths.curated / MART).rglob("*"))
        if _unnamed(path)
    )
    for parts, kinds in (((*AGGREGATE, PAPERS), KINDS), (MASKED, ("name", "nhs_number"))):
        for part in parts:
            files = [path for path in sorted((paths.curated / part).rglob("*")) if path.is_file()]
            yield from (rule(path, *kinds) for path in files if part != PAPERS or LISTS not in path.name)
