"""The inspection file: the audit log and the read log as plain lines, with what proves them."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

from hiu.disk import replace
from hiu.errors import HiuError
from hiu.govern.audit import head, read, verify
from hiu.govern.reads import folder_of
from hiu.publish.words.text import count_of
from pipelines.access.bound import bound_now, clocks
from pipelines.common.journal import record
from pipelines.common.place import Place

_HOW = (
    "# Inspection file of hiu. One JSON object a line: first this file's own about, then every line of the audit log,",
    "# then every line of each read log, as they are on disk. People are tokens. 'hiu verify --head HEAD' on the site",
    "# proves later that nothing up to this file was changed or cut; keep it, or the head alone, where the site's",
    "# owner can't write. The chain itself: each line's 'previous' is the 'mac' of the line before.",
)


def export(place: Place, file: Path, *, now: datetime) -> str:
    """Write the inspection file; its SHA-256. That it was made is entered first, so the file holds that line too.

    Raises HiuError if there is no log yet, or the file is there already.
    """
    if not place.audit.exists():
        raise HiuError(f"{place.audit}: there is no log yet; the first run begins it")
    if file.exists():
        raise HiuError(f"{file}: exists already; an inspection file is never overwritten")
    record(place, now, "inspection_exported", file=file.name, **bound_now(place))
    lines = [*_HOW, _line({"about": _about(place, now)})]
    lines += [_line({"audit": entry}) for entry in read(place.audit)]
    for path in sorted(folder_of(place.settings, place.curated).glob("*.jsonl")):
        lines += [_line({"reads": path.stem, "line": entry}) for entry in read(path)]
    content = ("\n".join(lines) + "\n").encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    replace(file, content)
    return hashlib.sha256(content).hexdigest()


def summary(place: Place) -> list[str]:
    """What the log holds, its head, and whether it is whole, a line each."""
    if not place.audit.exists():
        return ["there is no audit log yet; the first run begins it"]
    far, near = clocks(place)
    broken = [*verify(place.audit, place.key_for("audit")), *far]
    lines = [f"{count_of(len(read(place.audit)), 'line')}; head {head(place.audit)}"]
    return (
        [*lines, *broken, *near]
        if broken
        else [*lines, *near, "the chain is whole. Note the head outside, on paper or in the minutes"]
    )


def _about(place: Place, now: datetime) -> dict[str, object]:
    when = now.astimezone(UTC).isoformat("T", "seconds")
    return {"site": place.settings.name, "made": when, "head": head(place.audit), "months": place.months()}


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
