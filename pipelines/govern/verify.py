"""Verify a site: the audit chain, what it binds (manifests, records, counts), and no name where none may be."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import polars as pl

from hiu.errors import Busy, HiuError
from hiu.govern.audit import GENESIS, head, read, verify
from hiu.govern.reads import folder_of, problems
from hiu.govern.records import bound_files
from hiu.publish.release.folder import MANIFEST, digest, read_manifest, verify_release
from hiu.publish.release.working import whole_table
from hiu.publish.words.text import count_of, join_words
from pipelines.access.bound import (
    EARLIER_REDACTED,
    added_records,
    changed_parts,
    clocks,
    events,
    foreign,
    logs,
    lost_reads,
    lost_records,
    unproven_tables,
)
from pipelines.access.looks import people_in
from pipelines.access.papers.withdraw import papers_with_refused
from pipelines.access.releases import lost_registers
from pipelines.access.remake import folders, refused_since
from pipelines.common.fingerprint import build
from pipelines.common.lock import holder
from pipelines.common.place import Paths, Place, open_warehouse
from pipelines.common.progress import out
from pipelines.govern.canaries import canaries
from pipelines.govern.release import seals


def verify_site(place: Place, *, canary: bool = False, recorded: str | None = None, on: date | None = None) -> int:
    """Say what is wrong with a site, a line each; the exit code. `recorded` = a head of the audit log noted earlier;
    `on` = the day on which people who forbade it are looked for in what is kept (None: they are not)."""
    found = problems_of(place, recorded, on)
    swept = 0
    if canary:
        swept, hits = canaries(place)
        found += [f"canary: {hit}" for hit in hits]
    for line in [*found, *clocks(place)[1]]:
        out(line)
    if canary:
        out(f"canary: {count_of(swept, 'file')} swept for names, NHS numbers and person ids where none may be")
    whole = f"{count_of(len(place.months()), 'published month')}, the records and the audit log are whole"
    for line in [_builds(place), *_withheld_rows(place)]:
        out(line)
    last = []
    with suppress(HiuError):  # a last line that is none is among the problems
        last = [f"head of the audit log: {head(place.audit)}"] if place.audit.exists() else []
    if found:
        last = [*last, count_of(len(found), "problem")]
    else:
        note = ". Note it outside: 'hiu verify --head' with it proves that nothing was cut"
        last = [whole, *(f"{line}{note}" for line in last)]
    for line in last:
        out(line)
    return 1 if found else 0


def _builds(place: Place) -> str:
    """The build that is installed, and which months that are shown were published by another, as the log has it."""
    own, shown = build(), set(place.months().values())
    made = (event for event in events(place) if event.get("type") in ("published", "rewritten"))
    by = {event["folder"]: event.get("build") for event in made}
    other = [f"{name[:7]} ({by.get(name) or 'not in the log'})" for name in sorted(shown) if by.get(name) != own]
    return f"build {own}" + (f"; published by another build: {join_words(other)}" if other else "")


def problems_of(place: Place, recorded: str | None = None, on: date | None = None) -> list[str]:
    """What is wrong with a site, a sentence each."""
    found = [
        *_audit(place, recorded),
        *_months(place),
        *_bound(place),
        *_site(place),
        *_foreign(place),
        *_reads(place),
        *clocks(place)[0],
    ]
    found += [*unproven_tables(place), *_warehouse(place), *seals(place), *lost_registers(place)]
    found += [*(_refused(place, on) if on else ())]
    if place.erasing.exists():
        found.append("an erasure was cut off, or a restore has not applied newer rights: 'hiu erase --resume' ends it")
    return found


def _refused(place: Place, on: date) -> Iterator[str]:
    """Kept runs and papers that show people who forbade it while the site was busy, or that a restore brought back."""
    for path in papers_with_refused(place, on):
        yield (
            f"{_unnamed(place, path)}: holds somebody who may not be shown any more. The next 'hiu run', of any month, "
            "withdraws it"
        )
    for folder in folders(place):
        if n := len(refused_since(place, folder, on)):
            yield (
                f"published/{folder.name}: shows {count_of(n, 'person', 'people')} who forbade it afterwards. The "
                "next 'hiu run', of any month, makes it anew without them"
            )


def _unnamed(paths: Paths, path: Path) -> str:
    """The name of a file under the curated folder; of a chart, which is named by its person, the folder's."""
    name = path.relative_to(paths.curated)
    return f"a file in {name.parent.as_posix()}" if people_in(path.name) else name.as_posix()


def _audit(place: Place, recorded: str | None) -> list[str]:
    if not place.audit.exists():
        return ["audit: the log is not there, though months are published"] if place.months() else []
    return [f"audit: {problem}" for problem in [*verify(place.audit, place.key_for("audit"), recorded), *_cut(place)]]


def _cut(place: Place) -> Iterator[str]:
    """A run that published and has no end in the log, while none goes on: cut off there, or the log was."""
    found = [event for event in events(place) if event.get("type") in ("run_started", "published", "run_ended")]
    last = [event["type"] for event in found[-2:]]
    if last == ["run_started", "published"] and holder(place.lock) is None:
        yield "the last run published, but has no end in the log: it was cut off, or the log was. Run the month again"


def _months(paths: Paths) -> Iterator[str]:
    """Each run's files against its manifest, and the rows of deliveries against what became of them: kept too."""
    log, shown = "".join(path.read_text(encoding="utf-8") for path in logs(paths)), paths.months()
    names = {path.name for path in paths.published.iterdir() if path.is_dir()} if paths.published.is_dir() else set()
    folders = sorted({name for name in names if not name.startswith(".")} | set(shown.values()))
    for folder in folders:
        path, month = paths.published / folder, folder[:7] if folder in shown.values() else f"{folder} (kept)"
        yield from (f"{month}: {problem}" for problem in verify_release(path))
        try:
            noted = read_manifest(path).get("audit_head")
        except HiuError:
            continue
        if noted and noted != GENESIS and noted not in log:
            yield f"{month}: the audit head in its manifest is not in the audit log"
        yield from (f"{month}: {problem}" for problem in _counts(path))


def _counts(path: Path) -> Iterator[str]:
    """received = staged + quarantined = rows in links, of every delivery."""
    try:
        deliveries = pl.read_parquet(whole_table(path, "deliveries"))
        links = pl.read_parquet(whole_table(path, "links"), columns=["delivery_id"])
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


def _withheld_rows(place: Place) -> Iterator[str]:
    """Of months of which not every row may be shown, the rows of whole files: nothing that analysts read has them."""
    for month, folder in place.months().items():
        path = place.published / folder
        with suppress(OSError, pl.exceptions.PolarsError):
            sent = pl.read_parquet(whole_table(path, "deliveries"))["received"].sum()
            if gone := sent - pl.read_parquet(path / "links.parquet", columns=["delivery_id"]).height:
                yield f"{month}: of {sent:,} rows received, rows of people who may not be shown: {gone:,}"


def _bound(place: Place) -> Iterator[str]:
    """What the audit log says of manifests, pointers and records, against what is on disk."""
    found = events(place)
    earlier = {
        str(event["log"]): str(event["log_sha256"])
        for event in found
        if event.get("type") in ("rekeyed", EARLIER_REDACTED) and event.get("log")
    }
    for name, sha256 in earlier.items():
        yield from _earlier_log(place.curated / name, sha256)
    manifests = {e["folder"]: e["manifest"] for e in found if e.get("type") in ("published", "rewritten")}
    there = {path.parent.name for path in place.published.glob("*/" + MANIFEST) if not path.parent.name.startswith(".")}
    shown = set(place.months().values())
    for folder in sorted(shown | there):
        path = place.published / folder / MANIFEST
        if folder not in manifests:
            how = "shown" if folder in shown else "kept"
            yield f"{folder}: {how}, but the audit log does not say that it was published"
        elif path.exists() and digest(path) != manifests[folder]:
            yield f"{folder}: its manifest is not the one that the audit log has"
    yield from _pointers(place)
    yield from lost_records(place)
    yield from added_records(place)


def _pointers(paths: Paths) -> Iterator[str]:
    """Each month's folder, against the last that the log says it was given."""
    last: dict[str, str | None] = {}
    for event in events(paths):
        kind = event.get("type")
        if kind in ("published", "shown"):
            last[event["folder"][:7]] = event["folder"]
        elif kind == "restored" and "shown" in event:
            last = {**dict.fromkeys(last), **event["shown"]}  # as the backup had them, on purpose
        elif kind == "rolled_back":
            last[event["month"]] = event["to"]
        elif kind == "month_withdrawn":
            last[event["month"]] = None
        elif kind == "altered_run_removed" and last.get(event["folder"][:7]) == event["folder"]:
            last[event["folder"][:7]] = None
    shown = paths.months()
    for month in sorted(set(last) | set(shown)):
        if month in last and shown.get(month) != last[month]:
            yield (
                f"{month}: CURRENT.json points to {shown.get(month) or 'nothing'}, but the audit log's last is "
                f"{last[month] or 'that it is not shown'}: a run was cut off, a backup was restored without the site's "
                f"key, or the pointer was set back. 'hiu run {month}' puts it right"
            )


def _site(place: Place) -> Iterator[str]:
    """Parts of site.toml and files of mappings that were edited since the log last had them."""
    for part in changed_parts(place):
        yield (
            f"{part} changed since the last run, and the log does not have it yet. If it is meant, the "
            "next 'hiu run' enters it, or 'hiu audit accept'"
        )


def _foreign(place: Place) -> Iterator[str]:
    """Settings of another folder that somebody tried on this curated folder."""
    if n := foreign(place):
        yield (
            f"site.toml: settings of another folder were refused {count_of(n, 'time')}: the audit log says when and by "
            "whom. When it is explained, 'hiu audit accept' says so in the log"
        )


def _reads(place: Place) -> Iterator[str]:
    """Read logs: their chains, and what each of the two logs knows of the other."""
    heads = {GENESIS, *(str(entry["mac"]) for log in logs(place) for entry in read(log))}
    yield from problems(folder_of(place.settings, place.curated), place.key, heads, events(place))
    if bound_files(events(place), "reads"):
        yield from lost_reads(place)


def _earlier_log(path: Path, sha256: str) -> Iterator[str]:
    """Whether the log of an earlier key is the one that today's log binds."""
    if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        yield f"{path.name}: the log of the key before is missing, or not the one that the audit log binds"


def _warehouse(place: Place) -> Iterator[str]:
    """The same counts in the working database, and descriptions that are not those of their rows."""
    if not place.has_tables:
        return
    try:
        with open_warehouse(place) as warehouse:
            tables = set(warehouse.tables())
            if not {"deliveries", "record", "quarantine"} <= tables:
                return
            wrong = warehouse.ask("miscounted_deliveries")
            other = (
                warehouse.ask("changed_identities")
                if {"identity", "record_identity", "cluster", "people"} <= tables
                else None
            )
    except Busy as busy:
        out(f"the warehouse was not looked at: {busy}")
        return
    for row in wrong.iter_rows(named=True):
        yield (
            f"warehouse, delivery {row['delivery_id']}: received {row['received']}, but staged {row['staged']} and "
            f"set aside {row['aside']}"
        )
    if other is not None and other.height:
        yield (
            f"warehouse: {count_of(other.height, 'description')} of people are not those of the rows received, such as "
            f"{other['id'][0]}: changed by hand. Remove {place.warehouse} and run the month again"
        )
