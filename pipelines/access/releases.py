"""The registers of what was exported for a recipient and of what was released: signed, chained, and readable.

Each release has two files in `releases/register/<recipient>`: `.cells.json`, every figure as the recipient has it, and
`.sealed.json`, the sums behind it, which stay within the site. An export has one in `exports/register/<recipient>`.
The audit log has the last digest of each, so that one that is missing, or older than that, is refused.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from hiu.disk import replace as rewrite
from hiu.errors import HiuError
from hiu.govern.audit import Entry, proven, read
from hiu.govern.release import cells as cell_rows
from hiu.govern.release import ground as ground_rows
from hiu.govern.release.cells import WITHHELD, Cell, Key
from hiu.govern.release.disclosure import HIDDEN
from hiu.govern.release.ground import Ground
from hiu.month import Month
from pipelines.common.journal import record
from pipelines.common.place import Paths, Place
from pipelines.common.work import Row

YEAR = 12
BOARD = "commissioner"
"""The one recipient of releases: papers for commissioners and bundles for partners are in the same register."""
START = "none"
"""The head of a register without a release."""
REGISTERS = ("exports/register", "releases/register")
"""Folders of the registers, under the curated one."""


@dataclass(frozen=True)
class Past:
    """All that a recipient was given before: its cells, the sums behind them, and answers that are repeated."""

    cells: tuple[Cell, ...] = ()
    ground: Ground | None = None
    answers: Mapping[str, object] = field(default_factory=dict)
    head: str = START

    def renews_equality(self, month: Month) -> bool:
        """Whether the groups of the list are counted anew: once in 12 months, so that no two lists overlap."""
        last = self.answers.get("equality")
        return not isinstance(last, str) or Month.parse(last) + YEAR <= month


@dataclass(frozen=True, kw_only=True)
class Export:
    """What was exported for a recipient and a month: the digests of its files and what a release of it would enter."""

    recipient: str
    month: str
    head: str
    files: Mapping[str, str]
    cells: Sequence[Cell]
    ground: Ground
    answers: Mapping[str, object]
    refused: Sequence[str] = ()


def past(place: Place, recipient: str) -> Past:
    """What a recipient has. Raises HiuError if a record of it is missing, changed or not this site's."""
    folder = _register(place, recipient)
    found, head = Past(), START
    names = []
    cells: dict[Key, Cell] = {}
    logged = digests(_logged(place))
    for path in sorted(folder.glob("*.sealed.json")):
        row = _opened(place, path, logged)
        if row.get("before") != head:
            raise HiuError(f"{path}: a release before it is missing from the register. {_WAY}")
        head = _digest(path.read_bytes())
        names.append(path.name.removesuffix(".sealed.json"))
        for one in _cells_of(path, row):
            cells.setdefault(one.key, replace(one, release=one.release or names[-1]))
        found = replace(found, ground=_ground_of(path, row), answers=dict(row["answers"]))
    _complete(place, recipient, head, names)
    return replace(found, cells=tuple(cells.values()), head=head)


_WAY = (
    "Bring the register back from a backup ('hiu restore'); until then nothing can be checked against what was shown. "
    "If there is none, and the controller agrees, advised by its data protection officer, 'hiu audit accept' takes "
    "the registers as they are"
)


def _complete(place: Place, recipient: str, head: str, names: list[str]) -> None:
    """The audit log's last release is the register's last, and every sealed folder has its record."""
    last = heads(_logged(place)).get(recipient)
    if last and last != head:
        raise HiuError(f"{_register(place, recipient)}: not what the audit log says was released last. {_WAY}")
    for folder in sorted((place.curated / "releases").glob("board-*")):
        if folder.name not in names:
            raise HiuError(
                f"{folder.name}: released before released figures were kept, so nothing can be checked against it. "
                "When the controller has agreed, advised by its data protection officer, move that folder out of "
                "'releases' and release again"
            )


def _logged(paths: Paths) -> list[Entry]:
    return [entry["event"] for log in proven(paths.audit) for entry in read(log)]


def heads(logged: Iterable[Entry]) -> dict[str, str]:
    """The digests that events of the log last have of the registers: of a recipient's last release by RECIPIENT, of an
    export by RECIPIENT/MONTH."""
    last: dict[str, str] = {}
    for event in logged:
        if event.get("type") == "accepted" and "registers" in event:
            last = {}
        if event.get("type") == "released" and event.get("register"):
            last[BOARD] = str(event["register"])
        last |= event.get("registers", {})
    return last


def digests(logged: Iterable[Entry]) -> set[str]:
    """Every digest of an entry or of a release's seal that events of the log have."""
    found = set[str]()
    for event in logged:
        found |= {str(event[name]) for name in ("register", "seal") if event.get(name)}
        found |= set(map(str, event.get("registers", {}).values()))
    return found


def registers_now(paths: Paths) -> dict[str, str]:
    """The same of the registers as they lie there."""
    exports, releases = (paths.curated / folder for folder in REGISTERS)
    files = {path.relative_to(exports).with_suffix("").as_posix(): path for path in exports.glob("*/*.json")}
    files |= {path.parent.name: path for path in sorted(releases.glob("*/*.sealed.json"))}
    return {name: _digest(path.read_bytes()) for name, path in files.items() if not path.is_symlink()}


def lost_registers(place: Place) -> Iterator[str]:
    """A sentence for every entry of a register that is missing, older than the log has it, or not this site's."""
    for name in sorted({*heads(_logged(place)), *registers_now(place)}):
        recipient, _, month = name.partition("/")
        try:
            _ = kept_export(place, recipient, month) if month else past(place, recipient)
        except HiuError as error:
            yield str(error)


def keep_export(place: Place, export: Export, now: datetime) -> Path:
    """Enter an export, in the audit log too; its file."""
    path = place.curated / "exports" / "register" / export.recipient / f"{export.month}.json"
    about: Row = {
        "recipient": export.recipient,
        "month": export.month,
        "before": export.head,
        # a cut between the two leaves an entry that the log does not have, but which says what it follows
        "follows": _digest(path.read_bytes()) if path.exists() else START,
        "files": dict(export.files),
    }
    about |= {"cells": [cell_rows.to_row(cell) for cell in export.cells], "refused": list(export.refused)}
    _sealed(place, path, about | {"ground": ground_rows.to_rows(export.ground), "answers": dict(export.answers)})
    name = f"{export.recipient}/{export.month}"
    record(place, now, "export_entered", registers={name: _digest(path.read_bytes())})
    return path


def kept_export(place: Place, recipient: str, month: str) -> Export | None:
    """What was exported last for a recipient and month. Raises HiuError if its entry is not this site's, or is missing
    or older than the audit log has it."""
    path = place.curated / "exports" / "register" / recipient / f"{month}.json"
    last = heads(_logged(place)).get(f"{recipient}/{month}")
    if not path.exists():
        if last:
            raise HiuError(f"{path}: missing, though the audit log has it. {_WAY}")
        return None
    row = _opened(place, path, {last} if last else ())
    if last and last not in (_digest(path.read_bytes()), row.get("follows")):
        raise HiuError(f"{path}: older than what the audit log has of it. {_WAY}")
    return Export(
        recipient=recipient,
        month=month,
        head=str(row["before"]),
        files=dict(row["files"]),
        cells=_cells_of(path, row),
        ground=_ground_of(path, row),
        answers=dict(row["answers"]),
        refused=list(row["refused"]),
    )


def enter_release(place: Place, export: Export, name: str) -> str:
    """Enter a release: what the recipient has, what is behind it, and what was hidden and why; the register's head."""
    folder = _register(place, export.recipient)
    named = [replace(cell, release=cell.release or name) for cell in export.cells]
    public = [cell_rows.to_public(cell) for cell in named if cell.shown is not None]
    about = {"release": name, "recipient": export.recipient, "month": export.month, "cells": public}
    _write(folder / f"{name}.cells.json", json.dumps(about, indent=1).encode() + b"\n")
    _write(folder / f"{name}.suppressed.txt", _reasons(named).encode())
    path = folder / f"{name}.sealed.json"
    sealed: Row = {"release": name, "month": export.month, "before": export.head, "answers": dict(export.answers)}
    sealed |= {"cells": [cell_rows.to_row(cell) for cell in named], "ground": ground_rows.to_rows(export.ground)}
    _sealed(place, path, sealed)
    return _digest(path.read_bytes())


def registered(place: Place, recipient: str, name: str) -> str | None:
    """The digest of a release's entry in the register, which binds it in the audit log; None if it has none."""
    path = _register(place, recipient) / f"{name}.sealed.json"
    return _digest(path.read_bytes()) if path.is_file() else None


def forget(place: Place, recipient: str, name: str) -> None:
    """Remove what a release that was cut off wrote before its entry, half written files included."""
    folder = _register(place, recipient)
    for path in [*folder.glob(f"{name}.*"), *folder.glob(f".{name}.*.new")]:
        path.unlink()


def _reasons(cells: Sequence[Cell]) -> str:
    lines = [
        f"{cell.title}: {cell.reason or 'not shown in an earlier release'}."
        for cell in cells
        if cell.shown in (HIDDEN, WITHHELD)
    ]
    head = "Figures that this release does not show, and why. For the data protection officer, not for the recipient."
    return "\n".join([head, "", *(lines or ["Every figure is shown."])]) + "\n"


def _register(paths: Paths, recipient: str) -> Path:
    return paths.curated / "releases" / "register" / recipient


def _sealed(place: Place, path: Path, row: Row) -> None:
    _write(path, json.dumps({**row, "signature": signature(place, row)}).encode() + b"\n")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    rewrite(path, content)


def _opened(place: Place, path: Path, logged: Collection[str]) -> Row:
    """What an entry says. One that the log has to the byte needs no signature: it may be by the key before today's."""
    try:
        if path.is_symlink():
            raise ValueError
        row = json.loads(path.read_bytes())
        signed = str(row.pop("signature"))
    except (OSError, ValueError, KeyError, AttributeError):
        raise HiuError(f"{path}: it can't be read. {_WAY}") from None
    if _digest(path.read_bytes()) not in logged and not hmac.compare_digest(signature(place, row), signed):
        raise HiuError(f"{path}: changed since it was written, or not written with this site's key. {_WAY}")
    return dict(row)


def _cells_of(path: Path, row: Row) -> list[Cell]:
    try:
        return [cell_rows.from_row(one) for one in row["cells"]]
    except (ValueError, KeyError, TypeError):
        raise HiuError(f"{path}: its cells can't be read. {_WAY}") from None


def _ground_of(path: Path, row: Row) -> Ground:
    try:
        return ground_rows.from_rows(row["ground"])
    except (ValueError, KeyError, TypeError):
        raise HiuError(f"{path}: its sums can't be read. {_WAY}") from None


def signature(place: Place, seal: Row) -> str:
    """HMAC of what a seal says, by the site's key for releases."""
    text = json.dumps(seal, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()
    return hmac.new(place.key_for("release"), text, hashlib.sha256).hexdigest()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def unlogged(place: Place, recipient: str, prefix: str) -> list[str]:
    """Releases of a kind that are in the register and not in the audit log: cut off before anybody had them."""
    found = (
        path.name.removesuffix(".sealed.json") for path in _register(place, recipient).glob(f"{prefix}*.sealed.json")
    )
    logged = {event.get("folder") for event in _logged(place) if event.get("type") == "released"}
    return sorted(set(found) - logged)
