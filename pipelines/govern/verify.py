"""Verify a site: the audit chain, what it binds (manifests, records, counts), and no name where none may be."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from hiu.errors import Busy, HiuError
from hiu.govern.audit import read, verify
from hiu.publish.release.folder import MANIFEST, digest, read_manifest, verify_release
from hiu.publish.words.text import count_of
from pipelines.access.canaries import canaries
from pipelines.access.disclose import measure
from pipelines.common.place import Paths, Place, open_warehouse
from pipelines.common.progress import out
from pipelines.govern.release import seals


def verify_site(place: Place, *, canary: bool = False) -> int:
    """Say what is wrong with a site, a line each; the exit code."""
    problems = problems_of(place)
    swept = 0
    if canary:
        swept, hits = canaries(place)
        problems += [f"canary: {hit}" for hit in hits]
    for problem in problems:
        out(problem)
    if canary:
        out(f"canary: {count_of(swept, 'file')} swept for names, NHS numbers and person ids where none may be")
    whole = f"{count_of(len(place.months()), 'published month')}, the records and the audit log are whole"
    out(count_of(len(problems), "problem") if problems else whole)
    return 1 if problems else 0


def problems_of(place: Place) -> list[str]:
    """What is wrong with a site, a sentence each."""
    problems = [*_audit(place), *_months(place), *_bound(place), *_warehouse(place), *seals(place)]
    if place.erasing.exists():
        problems.append("an erasure was cut off: 'hiu erase --resume' ends it")
    return problems


def _audit(place: Place) -> list[str]:
    if not place.audit.exists():
        return []
    return [f"audit: {problem}" for problem in verify(place.audit, place.key_for("audit"))]


def _months(paths: Paths) -> Iterator[str]:
    """Each month's files against its manifest, and the rows of each delivery against what became of them."""
    log = paths.audit.read_text(encoding="utf-8") if paths.audit.exists() else ""
    for month, folder in sorted(paths.months().items()):
        path = paths.published / folder
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


def _bound(paths: Paths) -> Iterator[str]:
    """What the audit log says of manifests and records, against what is on disk."""
    manifests: dict[str, str] = {}
    kept: dict[str, tuple[int, str]] = {}
    for event in (entry["event"] for entry in (read(paths.audit) if paths.audit.exists() else ())):
        if event.get("type") in ("published", "rewritten"):
            manifests[event["folder"]] = event["manifest"]
        if event.get("type") in ("run_started", "erased"):
            kept = event.get("records", kept) if isinstance(event.get("records", kept), dict) else kept
    for folder in sorted(set(paths.months().values())):
        path = paths.published / folder / MANIFEST
        if folder not in manifests:
            yield f"{folder}: shown, but the audit log does not say that it was published"
        elif path.exists() and digest(path) != manifests[folder]:
            yield f"{folder}: its manifest is not the one that the audit log has"
    for name, (length, sha256) in sorted(kept.items()):
        path = paths.records / f"{name}.jsonl"
        content = path.read_bytes() if path.exists() else b""
        if measure(content[:length]) != [length, sha256]:
            yield f"records/{name}.jsonl: lines were changed or taken out since the last run"


def _warehouse(place: Place) -> Iterator[str]:
    """The same counts in the working database; said, if a run has it open."""
    if not place.warehouse.exists():
        return
    try:
        with open_warehouse(place) as warehouse:
            if not {"deliveries", "record", "quarantine"} <= set(warehouse.tables()):
                return
            wrong = warehouse.ask("miscounted_deliveries")
    except Busy as busy:
        out(f"the warehouse was not looked at: {busy}")
        return
    for row in wrong.iter_rows(named=True):
        yield (
            f"warehouse, delivery {row['delivery_id']}: received {row['received']}, but staged {row['staged']} and "
            f"set aside {row['aside']}"
        )
