"""What the audit log binds beside its own lines: files of records, read logs, and what site.toml says.

Each act is followed by a line with the length and digest of every file of records that grew, so a line that is taken
out later shows. Settings, basis and agreements are edited by hand: every run enters their digests, and what changed.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hiu.errors import HiuError
from hiu.govern import records
from hiu.govern.audit import CORRECTED, Entry, proven, read, set_back, times, verify
from hiu.govern.house import PARTS, file_digests, house_of, site_digests
from hiu.govern.reads import bound_keys, entered, folder_of, keep_key
from hiu.govern.records import added_to, bound_files, measure, unsigned
from hiu.model import BACKUPS
from pipelines.access.disclose import record_files
from pipelines.access.releases import lost_registers, registers_now
from pipelines.common.backups import tables_digest
from pipelines.common.journal import record
from pipelines.common.place import Paths, Place

FOREIGN = "foreign_settings"
"""What an event is that refused the settings of another folder."""
WAY_BACK = (
    "Nothing was written or shown. Lost lines: bring the file back ('hiu restore BACKUP FOLDER' into an empty folder, "
    "and copy it over). Added lines: find out who wrote them, and take them out. "
    "If it is as it should be, 'hiu audit accept --reason WHY --by NAME' says so in the log, for good"
)
EARLIER_REDACTED = "earlier_log_redacted"
"""What an event is that binds a log of an earlier key anew, an erased person having been taken out of it."""


def logs(paths: Paths) -> list[Path]:
    """The logs of a site: those of earlier keys that today's vouches for, then today's."""
    return proven(paths.audit)


def events(paths: Paths) -> list[Entry]:
    """What the logs hold, in order, unverified."""
    return [entry["event"] for log in logs(paths) for entry in read(log)]


def exported_by(paths: Paths, month: str) -> str | None:
    """The login that last wrote a month's board paper; None if the log has none."""
    made = [e for e in events(paths) if e.get("type") == "board_exported" and e.get("month") == month]
    return str(made[-1]["login"]) if made and made[-1].get("login") else None


def lost_records(paths: Paths) -> Iterator[str]:
    """A sentence for every file of records that is not, as far as the log knows it, what it was."""
    yield from _lost(bound_files(events(paths), "records"), paths.records, "records")


def added_records(place: Place) -> Iterator[str]:
    """A sentence for every file of records with lines that this site neither wrote nor bound by its log."""
    for name, lines in _unsigned(place).items():
        yield (
            f"records/{name}.jsonl: {_numbered(lines)} not signed and entered in the audit log by this site: "
            "written by hand, or brought from another site or a copy of this one"
        )


def _unsigned(place: Place) -> dict[str, list[int]]:
    """By file of records the numbers of such lines. That a backup is somewhere takes nobody's right away."""
    logged, found = events(place), {}
    bound = bound_files(logged, "records")
    for path in sorted(place.records.glob("*.jsonl")) if place.records.is_dir() else []:
        length = bound.get(path.stem, (0, ""))[0]
        if path.stat().st_size <= length:
            continue
        lines = unsigned(path, place.key_for("records"), length, added_to(logged, path.stem))
        if path.stem == BACKUPS.name:
            there = records.history(place.records, BACKUPS)["there"]
            lines = [number for number in lines if not there[number - 1]]
        if lines:
            found[path.stem] = lines
    return found


def unproven_tables(place: Place) -> list[str]:
    """A sentence if the working database came with a backup and is not the one that the log says was backed up.

    What was found to be that one is not asked about again.
    """
    if not place.warehouse.exists():
        place.restored.unlink(missing_ok=True)  # one that is made from now on is the site's own
    if not place.restored.exists():
        return []
    digests = [one.get("warehouse") for one in events(place) if one.get("type") in ("backup_begun", "accepted")]
    if tables_digest(place) not in digests or verify(place.audit, place.key_for("audit")):
        return [
            f"{place.warehouse}: came with a backup, and the audit log does not have it: it was changed since, or the "
            "backup was made by an earlier hiu. Move it away and run the months again: it is made anew of the raw "
            "folder and the records"
        ]
    place.restored.unlink()
    return []


def lost_reads(place: Place) -> Iterator[str]:
    """The same of the read logs."""
    yield from _lost(bound_files(events(place), "reads"), folder_of(place.settings, place.curated), "reads")


def _lost(bound: Mapping[str, tuple[int, str]], folder: Path, kind: str) -> Iterator[str]:
    for name, (length, sha256) in sorted(bound.items()):
        path = folder / f"{name}.jsonl"
        content = path.read_bytes() if path.exists() else b""
        if measure(content[:length]) != [length, sha256]:
            short = "the file is missing" if not path.exists() else "lines were changed or taken out"
            yield f"{kind}/{name}.jsonl: {short} since the log last had it ({length:,} bytes)"


def clocks(place: Place) -> tuple[list[str], list[str]]:
    """Lines of today's logs that are earlier than the line before, or later than now: a sentence for every file that a
    clock was set back in, or was ahead, and for every file in which it was corrected by an hour at most. What was
    accepted by name is in neither, once its time has come."""
    broken, noted = [], []
    for name, lines in _set_back(place).items():
        far = [n for n, by in lines if by > CORRECTED]
        if far:
            broken.append(
                f"{name}: {_numbered(far)} earlier than the line before, by up to {max(by for _, by in lines)}: the "
                "clock was set back, or a time was made up. When it is explained, 'hiu audit accept' says so in the log"
            )
        elif lines:
            noted.append(
                f"{name}: {_numbered([n for n, _ in lines])} up to an hour earlier than the line before: noted"
            )
    now = datetime.now(UTC)
    for path in _dated_logs(place):
        if ahead := [n for n, at in times(path) if at > now]:
            broken.append(f"{path.name}: {_numbered(ahead)} later than now: the clock was ahead, or a time was made up")
    return broken, noted


def _numbered(lines: list[int]) -> str:
    return f"{'line' if len(lines) == 1 else 'lines'} {', '.join(map(str, lines[:5]))}" + (
        f" and {len(lines) - 5} more are" if len(lines) > 5 else " is" if len(lines) == 1 else " are"
    )


def _set_back(place: Place) -> dict[str, list[tuple[int, timedelta]]]:
    """By the name of a log its lines that are earlier than the one before, but for those that were accepted."""
    settled: dict[str, set[int]] = {}
    for entry in read(place.audit):
        if entry["event"].get("type") == "accepted":
            for name, lines in entry["event"].get("clock", {}).items():
                settled.setdefault(name, set()).update(lines)
    files = {path.name: set_back(path) for path in _dated_logs(place)}
    return {name: [one for one in back if one[0] not in settled.get(name, ())] for name, back in files.items()}


def _dated_logs(place: Place) -> list[Path]:
    return [place.audit, *_read_logs(place)]


def require_whole(place: Place) -> None:
    """Raises HiuError, before anything is written or shown, if the log or a file of records is not what it was."""
    if not place.audit.exists():
        _require_new(place)
    problems = verify(place.audit, place.key_for("audit")) if place.audit.exists() else []
    problems = [one for one in problems if "half written" not in one]  # a power cut: the next line sets it aside
    # an erasure that was cut off is in the middle of rewriting them
    problems += [] if place.erasing.exists() else [*lost_records(place), *added_records(place)]
    problems += unproven_tables(place)
    if problems:
        raise HiuError("\n  ".join(problems) + f"\n{WAY_BACK}")


def foreign(paths: Paths) -> int:
    """How often settings of another folder were refused since what is in force was last accepted."""
    found = events(paths)
    last = max((at for at, event in enumerate(found) if event.get("type") == "accepted"), default=-1)
    return sum(event.get("type") == FOREIGN for event in found[last + 1 :])


def _require_new(place: Place) -> None:
    """A site whose log is gone, but not what the log was of."""
    if place.current.exists() and place.months():
        raise HiuError(f"{place.audit}: not there, though months are published. {WAY_BACK}")


def signed_files(place: Place) -> dict[str, dict[str, list[object]]]:
    """Length and digest of every file of records but those with lines that nobody has accepted."""
    refused = _unsigned(place)
    return {"records": {name: one for name, one in record_files(place)["records"].items() if name not in refused}}


def bind(place: Place, now: datetime) -> None:
    """Enter the files of records, and the read logs, that changed since the log last had them."""
    before = bound_files(events(place), "records")
    changed = {name: one for name, one in signed_files(place)["records"].items() if before.get(name) != tuple(one)}
    if changed:
        record(place, now, "records_bound", records=changed)
    bind_reads(place, now)


def bind_reads(place: Place, now: datetime) -> None:
    """Enter the read logs that grew, if every line since the log last had them is as its login wrote it."""
    if (found := grown_reads(place))["reads"]:
        record(place, now, "reads_bound", **found)


def grown_reads(place: Place) -> dict[str, dict[str, object]]:
    """Of each read log that grew: length, digest and where its login's key stands. One that is not whole stays as the
    log last had it, so that no line of the log covers what was done to it."""
    logged, lost, found, keys = events(place), " ".join(lost_reads(place)), dict[str, object](), dict[str, object]()
    before, kept = bound_files(logged, "reads"), bound_keys(logged)
    for path in _read_logs(place):
        grown = path.stat().st_size > before.get(path.stem, (0, ""))[0]
        if (grown or path.stem not in kept) and f"reads/{path.name}:" not in lost:
            about, standing = entered(path, place.key, logged) or (None, None)
            found |= {path.stem: about} if about and (grown or standing) else {}
            keys |= {path.stem: standing} if standing else {}
    return {"reads": found, "read_keys": keys}


def _accepted_reads(place: Place) -> dict[str, object]:
    """The read logs as they are, those that are gone as empty; their logins' keys begin anew."""
    gone: dict[str, object] = {name: measure(b"") for name in bound_files(events(place), "reads")}
    for key in sorted(folder_of(place.settings, place.curated).glob("*.key")):
        key.unlink()
    return gone | {path.stem: measure(path.read_bytes()) for path in _read_logs(place)}


def _read_logs(place: Place) -> list[Path]:
    return sorted(folder_of(place.settings, place.curated).glob("*.jsonl"))


def changed_parts(place: Place) -> list[str]:
    """Parts of site.toml, and files of mappings, places and checks, that are not what the log last had; none before
    the first run."""
    last = next((event for event in reversed(events(place)) if isinstance(event.get("site"), dict)), None)
    if last is None:
        return []
    now, files = site_digests(place.home), file_digests(place.home)
    parts = [f"site.toml: the {name}" for name in PARTS if now[name] != last["site"].get(name)]
    had = last.get("files", {})
    return [*parts, *sorted(name for name in {*files, *had} if files.get(name) != had.get(name))]


def bound_now(place: Place, *, accepted: bool = False) -> dict[str, object]:
    """What every run's line holds: records, read logs, and what site.toml says."""
    keep_key(place.key_for("reads"), place.curated)
    return {
        **(record_files(place) if accepted else signed_files(place)),
        **({"reads": _accepted_reads(place)} if accepted else grown_reads(place)),
        "site": site_digests(place.home),
        "files": file_digests(place.home),
        "house": house_of(place.home, place.curated),
    }


def accept(place: Place, *, reason: str, by: str, now: datetime) -> list[str]:
    """Bind everything as it is now, by a named person, for a reason; what differed, a sentence each.

    Lines of the audit log itself can't be accepted: its chain has no way round. Raises HiuError if it is broken.
    """
    problems = [one for one in verify(place.audit, place.key_for("audit")) if "the last head" not in one]
    if problems:
        raise HiuError(
            "the audit log itself is not whole, so nothing can be entered in it:\n  " + "\n  ".join(problems)
        )
    differs = [one for one in verify(place.audit, place.key_for("audit")) if "the last head" in one]
    differs += [*lost_records(place), *added_records(place), *lost_reads(place), *lost_registers(place)]
    differs += unproven_tables(place)
    differs += [f"{part} changed" for part in changed_parts(place)] + clocks(place)[0]
    back = {name: [n for n, _ in lines] for name, lines in _set_back(place).items() if lines}
    about = {"reason": reason, "by": by, "differed": differs, "clock": back, "registers": registers_now(place)}
    tables = {"warehouse": tables_digest(place)} if place.restored.exists() else {}
    record(place, now, "accepted", **about, **tables, **bound_now(place, accepted=True))
    place.restored.unlink(missing_ok=True)
    return differs
