"""What a restore carries over: rights never go back in time, so what was recorded since the backup stays.

The records and the logs of the site that is replaced (or of one that is named) outlive the backup. Where they are
as their own log says, they stand whole. Where lines of them were lost, the backup's lines and theirs stand together.
Who was erased since is erased again before a month can be run.
"""

import json
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from hiu.disk import write_whole
from hiu.errors import HiuError, UsageError
from hiu.govern import records
from hiu.govern.audit import read
from hiu.govern.records import measure
from hiu.model import BACKUPS
from pipelines.access.releases import REGISTERS, heads
from pipelines.back import archive
from pipelines.back.backup import CURATED, RECORDS, part_of_site
from pipelines.common.journal import utc

SITE = "site.toml"
AUDIT = f"{CURATED}audit.jsonl"
READS = f"{CURATED}reads/"
_REGISTERS = tuple(f"{CURATED}{folder}/" for folder in REGISTERS)
KINDS = {
    "basis": "objections and other rows of the basis",
    "holds": "holds and liftings of holds",
    "tombstones": "marks of people who were erased",
    "family_consents": "consents and withdrawals for family members",
    "decisions": "decisions on matches",
    "meeting_entry": "decisions and entries of meetings",
}
"""What tables of records are called in the list of what is newer; others go by their names."""


@dataclass
class CarriedRights:
    """Lines newer than the backup by table; erasures since, by their tokens; and whether lines were lost meanwhile."""

    newer: dict[str, int] = field(default_factory=dict)
    erasures: list[str] = field(default_factory=list)
    mended: bool = False

    def lines(self) -> list[str]:
        """The list, a sentence each."""
        sentences = [
            f"newer than the backup, and kept: {n} of {KINDS.get(name, name)}" for name, n in self.newer.items()
        ]
        if self.erasures:
            sentences.append(
                f"erased since the backup: {len(self.erasures)}. They are in it, so they are erased again; a backup "
                "that holds them is destroyed, as every erasure does"
            )
        if self.mended:
            sentences.append(
                "records of the site were not as its log has them: the backup's lines were put beside them"
            )
        return sentences


def rights_folder(named: Path) -> Path:
    """The curated folder whose records are carried over: of a site, or named itself. Raises UsageError."""
    from hiu.settings import load

    curated = load(named / "site.toml").curated if (named / "site.toml").exists() else named
    if not (curated / "records").is_dir() and not (curated / "audit.jsonl").exists():
        raise UsageError(f"{named}: holds neither records nor an audit log; name a site's folder or its curated folder")
    return curated


def carry(zipped: zipfile.ZipFile, files: archive.Files, old: Path, aside: Path) -> CarriedRights:
    """Put what is newer in `old` (a curated folder) into the restored files; what that was.

    Raises UsageError if the backup is of another site, HiuError if a file of records can't be read as lines.
    """
    saved = {name: b"".join(archive.read(zipped, name, files[name])) for name in files if _kept(name)}
    _require_same_site(saved.get(AUDIT, b""), old)
    carried = CarriedRights(mended=not _as_logged(old))
    for name in sorted({*(n for n in saved if n.startswith(RECORDS)), *(RECORDS + p.name for p in _records(old))}):
        path = old / "records" / name.removeprefix(RECORDS)
        now, then = path.read_bytes() if path.exists() else b"", saved.get(name, b"")
        more = [line for line in _lines(now) if line not in set(_lines(then))]
        if more:
            carried.newer[path.stem] = len(more)
        if path.stem == "tombstones":
            carried.erasures = _erasures(more, then)
        joined = then + b"".join(more) if carried.mended and not now.startswith(then) else now
        write_whole(aside / name, joined)
    _carry_logs(saved, old, aside)
    _carry_registers(saved, old, aside)
    _carry_note(old, carried, aside)
    return carried


def note_source(aside: Path, file: Path, digest: str, now: datetime) -> None:
    """Enter the backup that was restored: an erasure has to find it, wherever it lies. Here is no key to sign it."""
    row = {"path": str(file.resolve()), "sha256": digest, "there": True, "at": utc(now).isoformat()}
    path = records.path_of(aside / RECORDS, BACKUPS)
    before = path.read_bytes() if path.exists() else b""
    write_whole(path, before + json.dumps(row, ensure_ascii=False).encode() + b"\n")


def _kept(name: str) -> bool:
    return (
        name == AUDIT or name.startswith(_REGISTERS) or (name.startswith((RECORDS, READS)) and name.endswith(".jsonl"))
    )


def _records(old: Path) -> list[Path]:
    return sorted((old / "records").glob("*.jsonl")) if (old / "records").is_dir() else []


def _lines(content: bytes) -> list[bytes]:
    """Whole lines that are records."""
    return [line for line in content.splitlines(keepends=True) if line.endswith(b"\n") and _read(line) is not None]


def _read(line: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _erasures(more: list[bytes], then: bytes) -> list[str]:
    """Tokens of erasures that the backup does not know."""
    before = {str((_read(line) or {}).get("erasure")) for line in _lines(then)}
    after = {str((_read(line) or {}).get("erasure")) for line in more}
    return sorted(after - before)


def _require_same_site(saved: bytes, old: Path) -> None:
    first = saved.split(b"\n", 1)[0]
    ours = {path.read_bytes().split(b"\n", 1)[0] for path in old.glob("audit*.jsonl")}
    if first and ours and first not in ours:
        raise UsageError(
            "the backup is of another site: its audit log begins otherwise than the one here. Rights recorded here "
            "would be put on other people; nothing was changed. Restore it into an empty folder"
        )


def _as_logged(old: Path) -> bool:
    """Whether every file of records begins as the log last measured it."""
    path = old / "audit.jsonl"
    kept: dict[str, list[object]] = {}
    for entry in read(path) if path.exists() else ():
        found = entry["event"].get("records")
        kept = found if isinstance(found, dict) else kept
    for name, measured in kept.items():
        file = old / "records" / f"{name}.jsonl"
        content = file.read_bytes() if file.exists() else b""
        if measure(content[: int(str(measured[0]))]) != measured:
            return False
    return path.exists()


def _carry_logs(saved: dict[str, bytes], old: Path, aside: Path) -> None:
    """The logs of the site, of what was done and of who looked, outlive the backup, unless they lost lines it has."""
    for path in sorted([*old.glob("audit*.jsonl"), *old.glob("reads/*.jsonl")]):
        name = CURATED + path.relative_to(old).as_posix()
        now, then = b"" if path.is_symlink() else path.read_bytes(), saved.get(name, b"")
        if now and not (then.startswith(now) and len(then) > len(now)):
            write_whole(aside / name, now)


def _carry_registers(saved: dict[str, bytes], old: Path, aside: Path) -> None:
    """What papers showed first: as the site has it, unless the log has it as it is in the backup."""
    log = aside / AUDIT
    logged = set(heads(entry["event"] for entry in read(log)).values()) if log.exists() else set()
    for path in (path for folder in REGISTERS for path in sorted((old / folder).glob("*/*.*"))):
        name = CURATED + path.relative_to(old).as_posix()
        if part_of_site(name) and not path.is_symlink() and sha256(saved.get(name, b"")).hexdigest() not in logged:
            write_whole(aside / name, path.read_bytes())


def _carry_note(old: Path, carried: CarriedRights, aside: Path) -> None:
    """The note of an erasure that was cut off, of those to be done again, and of rights that what was published in the
    backup does not know: no run starts and nobody is shown while it lies there."""
    path = old / "erasing.json"
    try:
        note = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError:
        raise HiuError(f"{path}: the note of an erasure is damaged; nothing was changed") from None
    again = sorted({*note.get("again", []), *carried.erasures} - {note.get("token")})
    if note or again or carried.newer or carried.mended:
        write_whole(aside / CURATED / "erasing.json", json.dumps({**note, "again": again}).encode())
