"""Verify a site: the audit chain, what it binds (manifests, records, counts), and no name where none may be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from hiu.engine.duckdb import Warehouse
from hiu.errors import Busy, HiuError
from hiu.govern.audit import read, verify
from hiu.publish.release.folder import MANIFEST, digest, read_manifest, verify_release
from hiu.publish.words.text import count_of
from pipelines.access.canaries import canaries
from pipelines.access.disclose import measure
from pipelines.common.place import Place
from pipelines.common.progress import out

_COUNTED = """
with r as (select delivery_id, count(*) as staged from record where not quarantined group by delivery_id),
q as (select delivery_id, count(*) as aside from quarantine group by delivery_id)
select d.delivery_id, d.received, coalesce(r.staged, 0) as staged, coalesce(q.aside, 0) as aside
from deliveries d left join r on r.delivery_id = d.delivery_id left join q on q.delivery_id = d.delivery_id
where d.received <> coalesce(r.staged, 0) + coalesce(q.aside, 0) order by d.delivery_id
"""


def tell_verified(place: Place, *, canary: bool = False) -> int:
    """Say what is wrong with a site, a line each; the exit code."""
    problems = [
        *_audit(place),
        *_months(place),
        *_bound(place),
        *_warehouse(place),
        *_seals(place),
        *_unfinished(place),
    ]
    swept = 0
    if canary:
        swept, hits = canaries(place)
        problems += [f"canary: {hit}" for hit in hits]
    for problem in problems:
        out(problem)
    if canary:
        out(f"canary: {count_of(swept, 'file')} swept for names, NHS numbers and person ids where none may be")
    out(
        count_of(len(problems), "problem")
        if problems
        else f"{count_of(len(place.months()), 'published month')}, the records and the audit log are whole"
    )
    return 1 if problems else 0


def _audit(place: Place) -> list[str]:
    if not place.audit.exists():
        return []
    return [f"audit: {problem}" for problem in verify(place.audit, place.key_for("audit"))]


def _events(place: Place) -> list[dict[str, Any]]:
    return [entry["event"] for entry in read(place.audit)] if place.audit.exists() else []


def _months(place: Place) -> Iterator[str]:
    """Each month's files against its manifest, and the rows of each delivery against what became of them."""
    log = place.audit.read_text(encoding="utf-8") if place.audit.exists() else ""
    for month, folder in sorted(place.months().items()):
        path = place.published / folder
        yield from (f"{month}: {problem}" for problem in verify_release(path))
        try:
            head = read_manifest(path).get("audit_head")
        except HiuError:
            continue
        if head and head.strip("0") and head not in log:
            yield f"{month}: the audit head in its manifest is not in the audit log"
        yield from (f"{month}: {problem}" for problem in _counts(path))


def _counts(path: Path) -> Iterator[str]:
    """received = staged + quarantined = rows in links, of every delivery."""
    try:
        deliveries = pl.read_parquet(path / "deliveries.parquet")
        links = pl.read_parquet(path / "links.parquet", columns=["delivery_id"])
    except (OSError, pl.exceptions.PolarsError):
        yield "deliveries or links can't be read"
        return
    traced = links.group_by("delivery_id").agg(traced=pl.len().cast(pl.Int64))
    wrong = (
        deliveries.join(traced, on="delivery_id", how="left")
        .with_columns(pl.col("traced").fill_null(0))
        .filter(
            (pl.col("received") != pl.col("staged") + pl.col("quarantined")) | (pl.col("received") != pl.col("traced"))
        )
    )
    for row in wrong.sort("delivery_id").iter_rows(named=True):
        yield (
            f"delivery {row['delivery_id']}: received {row['received']}, staged {row['staged']}, quarantined "
            f"{row['quarantined']}, traced {row['traced']}"
        )


def _bound(place: Place) -> Iterator[str]:
    """What the audit log says of manifests and records, against what is on disk."""
    manifests: dict[str, str] = {}
    kept: dict[str, list[Any]] = {}
    for event in _events(place):
        if event.get("type") in ("published", "rewritten"):
            manifests[event["folder"]] = event["manifest"]
        if event.get("type") in ("run_started", "erased"):
            kept = event.get("records", kept) if isinstance(event.get("records", kept), dict) else kept
    for folder in sorted(set(place.months().values())):
        path = place.published / folder / MANIFEST
        if folder not in manifests:
            yield f"{folder}: shown, but the audit log does not say that it was published"
        elif path.exists() and digest(path) != manifests[folder]:
            yield f"{folder}: its manifest is not the one that the audit log has"
    for name, (length, sha256) in sorted(kept.items()):
        path = place.records / f"{name}.jsonl"
        content = path.read_bytes() if path.exists() else b""
        if measure(content[:length]) != [length, sha256]:
            yield f"records/{name}.jsonl: lines were changed or taken out since the last run"


def _warehouse(place: Place) -> Iterator[str]:
    """The same counts in the working database; said, if a run has it open."""
    if not place.warehouse.exists():
        return
    try:
        with Warehouse(place.warehouse, memory_limit=place.settings.memory_limit, spill=place.spill) as warehouse:
            if not {"deliveries", "record", "quarantine"} <= set(warehouse.tables()):
                return
            wrong = warehouse.read(_COUNTED)
    except Busy as busy:
        out(f"the warehouse was not looked at: {busy}")
        return
    for row in wrong.iter_rows(named=True):
        yield (
            f"warehouse, delivery {row['delivery_id']}: received {row['received']}, but staged {row['staged']} and "
            f"set aside {row['aside']}"
        )


def _seals(place: Place) -> Iterator[str]:
    from pipelines.govern.release import seals

    return seals(place)


def _unfinished(place: Place) -> list[str]:
    from pipelines.erase.erase import unfinished

    return ["an erasure was cut off: 'hiu erase --resume' ends it"] if unfinished(place) else []
