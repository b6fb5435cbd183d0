"""Release to commissioners: what was written for them, checked by somebody else, swept, signed and sealed.

The output checker is named, and is not who made it. A file that names anybody, or a table with a count of 1 to 7,
stops the release; what is released is copied, signed by the site's key, and entered as disclosed.
"""

import csv
import hashlib
import hmac
import io
import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from hiu.disk import flush_folder, move, write_whole
from hiu.errors import HiuError, UsageError
from hiu.govern.basis import gate
from hiu.govern.release.canary import sweep
from hiu.govern.release.disclosure import FEWEST
from hiu.publish.release.folder import BUILDING
from pipelines.access.basis import basis_of
from pipelines.access.canaries import people_of
from pipelines.access.disclose import Disclosure, enter_disclosure
from pipelines.common.journal import record
from pipelines.common.place import Paths, Place
from pipelines.common.work import Row

SEAL = "RELEASE.json"
COUNTS = re.compile(r"(?i)^(n|people|count|number|cases|detentions|events|contacts)$|_(n|people|count)$")
"""Headers of columns that count people or events: what is checked for small numbers in tables."""


def release_board(
    place: Place, month: str, folder: Path | None, *, checker: str, by: str, necessity: str, now: datetime
) -> Path:
    """Release what `hiu export board` wrote for a month; the sealed folder.

    Raises UsageError if the checker is the author or there is nothing to release, HiuError if a check fails.
    """
    if _same_person(checker, by):
        raise UsageError(f"--checker {checker}: who checks an output is not who made it")
    made = folder or place.curated / "exports" / "board" / month
    files = sorted(path for path in made.rglob("*") if path.is_file()) if made.is_dir() else []
    if not files:
        raise UsageError(f"{made}: nothing to release there; 'hiu export board' writes it")
    found = gate.permitted(["*"], basis_of(place), purpose="planning", recipient="commissioner", on=now.date())
    if not found.ids:
        raise HiuError(
            f"no [[basis]] for planning figures to go to the commissioner is in force on {now.date()}; "
            "nothing was released"
        )
    if problems := check(place, made, files):
        record(place, now, "release_refused", month=month, problems=len(problems))
        raise HiuError("not released:\n  " + "\n  ".join(problems[:20]))
    final = _seal_folder(place, month, made, files, {"checker": checker, "by": by, "basis": list(found.codes)}, now)
    checked = f"aggregates only, checked by {checker}"
    disclosure = Disclosure("board release", "commissioner", "planning", necessity, proportionality=checked)
    file = final.relative_to(place.curated).as_posix()
    enter_disclosure(place, now, disclosure, basis=found.codes, by=by, people=None, file=file)
    record(place, now, "released", folder=final.name, checker=checker, by=by, seal=_digest(final / SEAL))
    return final


def check(paths: Paths, made: Path, files: list[Path]) -> list[str]:
    """Why a release may not leave, a sentence each: anybody named, or small numbers in a table."""
    everybody = people_of(paths)
    problems: list[str] = []
    for path in files:
        name = path.relative_to(made).as_posix()
        content = path.read_bytes()
        problems += sweep(name, content, everybody)
        problems += small_counts(name, content)
    return problems


def small_counts(name: str, content: bytes) -> Iterator[str]:
    """Cells of a CSV's counting columns, or of JSON's counting keys, between 1 and 7."""
    if name.endswith(".csv"):
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        for number, row in enumerate(rows, 1):
            for column, value in row.items():
                if column and COUNTS.search(column) and _small(value):
                    yield f"{name}, row {number}, column '{column}': a count of 1 to {FEWEST - 1}"
    elif name.endswith(".json"):
        yield from (
            f"{name}, '{key}': a count of 1 to {FEWEST - 1}"
            for key, value in _keys_and_values(json.loads(content))
            if COUNTS.search(key) and _small(value)
        )


def _keys_and_values(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield (key, part)
            yield from _keys_and_values(part)
    elif isinstance(value, list):
        for part in value:
            yield from _keys_and_values(part)


def _small(value: object) -> bool:
    try:
        return 0 < float(str(value)) < FEWEST and not isinstance(value, bool)
    except ValueError:
        return False


def _seal_folder(place: Place, month: str, made: Path, files: list[Path], who: Row, now: datetime) -> Path:
    """Copy the files aside, sign the list of their digests, and give the folder its name in one step."""
    final = place.curated / "releases" / f"board-{month}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    if final.exists():
        raise HiuError(f"{final}: released already")
    aside = final.with_name(f"{BUILDING}{final.name}")
    shutil.rmtree(aside, ignore_errors=True)
    for path in files:
        write_whole(aside / path.relative_to(made), path.read_bytes())
    digests = {path.relative_to(made).as_posix(): _digest(path) for path in files}
    seal = {"release": 1, "month": month, "at": now.astimezone(UTC).isoformat("T", "seconds"), **who, "files": digests}
    signed = {**seal, "signature": signature(place, seal)}
    write_whole(aside / SEAL, (json.dumps(signed, indent=1, ensure_ascii=False) + "\n").encode())
    flush_folder(aside)
    move(aside, final)
    return final


def signature(place: Place, seal: Row) -> str:
    """HMAC of what a seal says, by the site's key for releases."""
    text = json.dumps(seal, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()
    return hmac.new(place.key_for("release"), text, hashlib.sha256).hexdigest()


def seals(place: Place) -> Iterator[str]:
    """What is wrong with a release, a sentence each: a file changed, missing or added, or a seal not ours."""
    for folder in sorted((place.curated / "releases").glob("board-*")):
        try:
            signed_seal = json.loads((folder / SEAL).read_text(encoding="utf-8"))
            seal = {key: value for key, value in signed_seal.items() if key != "signature"}
            ours = hmac.compare_digest(signature(place, seal), str(signed_seal.get("signature")))
            digests = dict(seal["files"])
        except (OSError, ValueError, KeyError, TypeError):
            yield f"{folder.name}: its seal can't be read"
            continue
        there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        there.pop(SEAL, None)
        if not ours:
            yield f"{folder.name}: its seal was changed, or was not made with this site's key"
        yield from (f"{folder.name}: {name} is missing" for name in sorted(set(digests) - set(there)))
        yield from (f"{folder.name}: {name} was not released" for name in sorted(set(there) - set(digests)))
        yield from (
            f"{folder.name}: {name} was changed since its release"
            for name in sorted(set(digests) & set(there))
            if _digest(there[name]) != digests[name]
        )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: case, spaces, titles and the order of the parts apart."""
    return _parts(one) == _parts(other)


def _parts(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", name.casefold())) - {"dr", "mr", "mrs", "ms", "miss", "prof"}
