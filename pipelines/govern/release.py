"""Release to commissioners: what was exported for them, checked by somebody else, signed, sealed and entered.

Only files whose digests the export entered for that recipient and month can be released, and only while nothing else
was released to them since. The output checker is named, and is not who made it.
"""

import hashlib
import hmac
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from hiu.disk import flush_folder, move, write_whole
from hiu.errors import HiuError, UsageError
from hiu.govern import records
from hiu.govern.basis import gate
from hiu.govern.placeholder import is_placeholder, same_person
from hiu.govern.release.canary import sweep
from hiu.model.govern import DISCLOSURES
from hiu.publish.release.folder import BUILDING
from pipelines.access.basis import basis_of
from pipelines.access.bound import events
from pipelines.access.disclose import Disclosure, enter_disclosure
from pipelines.access.releases import Export, digests, enter_release, forget, kept_export, past, registered, signature
from pipelines.access.wording import people_of
from pipelines.common.journal import record
from pipelines.common.place import Place
from pipelines.common.work import Row

SEAL = "RELEASE.json"
RECIPIENT = "commissioner"
LIST = "export.jsonl"
"""The export's own list of what it wrote, which stays behind."""


def release_board(
    place: Place, month: str, folder: Path | None, *, checker: str, by: str, necessity: str, now: datetime
) -> Path:
    """Release what `hiu export board` wrote for a month; the sealed folder.

    Raises UsageError if the checker is the author or there is nothing to release, HiuError if a check fails.
    """
    for option, name in (("--checker", checker), ("--by", by)):
        if is_placeholder(name):
            raise UsageError(f"{option} '{name}' is nobody's name: say who, by name or role")
    if same_person(checker, by):
        raise UsageError(f"--checker {checker}: who checks an output is not who made it")
    codes = _basis(place, now)
    if (ended := _end_cut_off(place, month, now)) is not None:
        return ended
    made = folder or place.curated / "exports" / "board" / month
    export = _exported(place, month)
    files, problems = exported_files(made, export)
    problems += [hit for name, content in files.items() for hit in sweep(name, content, people_of(place))]
    if problems:
        record(place, now, "release_refused", month=month, problems=len(problems))
        raise HiuError("not released:\n  " + "\n  ".join(problems[:20]))
    who = {"checker": checker, "by": by, "basis": list(codes), "necessity": necessity}
    final = _seal_folder(place, month, files, who, now)
    _enter(place, final, enter_release(place, export, final.name), now)
    return final


def _enter(place: Place, final: Path, register: str, now: datetime) -> None:
    """Enter a sealed folder as released and as disclosed, as its seal says."""
    seal = json.loads((final / SEAL).read_text(encoding="utf-8"))
    by, checker = str(seal["by"]), str(seal["checker"])
    about = {"checker": checker, "by": by, "seal": _digest(final / SEAL), "register": register}
    if final.name not in _logged(place):
        record(place, now, "released", folder=final.name, **about)
    checked = f"aggregates only, checked by {checker}"
    disclosure = Disclosure(
        "board release", RECIPIENT, "planning", str(seal.get("necessity", "")), proportionality=checked
    )
    file = final.relative_to(place.curated).as_posix()
    enter_disclosure(place, now, disclosure, basis=tuple(seal["basis"]), by=by, people=None, file=file)


def _end_cut_off(place: Place, month: str, now: datetime) -> Path | None:
    """What a release that was cut off left: a folder that was not entered anywhere goes, one that is in the register is
    entered in the logs as well. The folder, if it is one of this month: it need not be released again."""
    for half in (place.curated / "releases").glob(f"{BUILDING}board-*"):
        shutil.rmtree(half)
    ended = None
    disclosed = set(records.history(place.records, DISCLOSURES)["file"])
    for folder in sorted((place.curated / "releases").glob("board-*")):
        register = registered(place, RECIPIENT, folder.name)
        if register is None and folder.name not in _logged(place):
            forget(place, RECIPIENT, folder.name)
            shutil.rmtree(folder)
        elif register is not None and f"releases/{folder.name}" not in disclosed:
            _enter(place, folder, register, now)
            ended = folder if folder.name.startswith(f"board-{month}-") else ended
    return ended


def _logged(place: Place) -> set[str]:
    return {str(event["folder"]) for event in events(place) if event.get("type") == "released"}


def _basis(place: Place, now: datetime) -> tuple[str, ...]:
    found = gate.permitted(["*"], basis_of(place), purpose="planning", recipient=RECIPIENT, on=now.date())
    if not found.ids:
        raise HiuError(
            f"no [[basis]] for planning figures to go to the commissioner is in force on {now.date()}; "
            "nothing was released"
        )
    return found.codes


def _exported(place: Place, month: str) -> Export:
    """The month's export, if nothing else went to the recipient since."""
    export = kept_export(place, RECIPIENT, month)
    if export is None:
        raise UsageError(f"{month}: nothing was exported for the {RECIPIENT}; 'hiu export board {month}' writes it")
    if export.head != past(place, RECIPIENT).head:
        raise HiuError(
            f"{month}: something was released to the {RECIPIENT} since this was exported, so it was not checked "
            f"against that; run 'hiu export board {month}' again"
        )
    return export


def exported_files(made: Path, export: Export) -> tuple[dict[str, bytes], list[str]]:
    """The export's files in a folder, and a sentence for each that is a link, missing, changed or not the export's."""
    problems = [f"{made}: it is a link, and links are not followed"] if made.is_symlink() else []
    if not made.is_dir() or problems:
        return {}, problems or [f"{made}: there is no such folder; 'hiu export board' writes it"]
    files: dict[str, bytes] = {}
    for path in sorted(made.rglob("*")):
        name = path.relative_to(made).as_posix()
        if path.is_symlink():
            problems.append(f"{name}: it is a link, and links are not followed")
        elif path.is_file() and name != LIST:
            content = path.read_bytes()
            if name not in export.files:
                problems.append(f"{name}: it was not written by 'hiu export board {export.month}'; take it out")
            elif hashlib.sha256(content).hexdigest() != export.files[name]:
                problems.append(f"{name}: it was changed since it was exported; export the month again")
            else:
                files[name] = content
        elif not path.is_dir() and name != LIST:
            problems.append(f"{name}: it is no ordinary file")
    problems += [
        f"{name}: it was exported, and is missing here"
        for name in sorted(set(export.files) - set(files))
        if not any(problem.startswith(f"{name}:") for problem in problems)
    ]
    return files, problems


def _seal_folder(place: Place, month: str, files: dict[str, bytes], who: Row, now: datetime) -> Path:
    """Copy the files aside, sign the list of their digests, and give the folder its name in one step."""
    final = place.curated / "releases" / f"board-{month}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    if final.exists():
        raise HiuError(f"{final}: released already")
    aside = final.with_name(f"{BUILDING}{final.name}")
    shutil.rmtree(aside, ignore_errors=True)
    for name, content in files.items():
        write_whole(aside / name, content)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    seal = {"release": 1, "month": month, "at": now.astimezone(UTC).isoformat("T", "seconds"), **who, "files": digests}
    signed = {**seal, "signature": signature(place, seal)}
    write_whole(aside / SEAL, (json.dumps(signed, indent=1, ensure_ascii=False) + "\n").encode())
    flush_folder(aside)
    move(aside, final)
    return final


def seals(place: Place) -> Iterator[str]:
    """What is wrong with a release, a sentence each: a file changed, missing or added, or a seal not ours. One that the
    log has to the byte may be by the key before today's."""
    logged = digests(events(place))
    for folder in sorted((place.curated / "releases").glob("board-*")):
        try:
            signed_seal = json.loads((folder / SEAL).read_text(encoding="utf-8"))
            seal = {key: value for key, value in signed_seal.items() if key != "signature"}
            ours = hmac.compare_digest(signature(place, seal), str(signed_seal.get("signature")))
            ours |= _digest(folder / SEAL) in logged
            files = dict(seal["files"])
        except (OSError, ValueError, KeyError, TypeError):
            yield f"{folder.name}: its seal can't be read"
            continue
        there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        there.pop(SEAL, None)
        if not ours:
            yield f"{folder.name}: its seal was changed, or was not made with this site's key"
        yield from (f"{folder.name}: {name} is missing" for name in sorted(set(files) - set(there)))
        yield from (f"{folder.name}: {name} was not released" for name in sorted(set(there) - set(files)))
        yield from (
            f"{folder.name}: {name} was changed since its release"
            for name in sorted(set(files) & set(there))
            if _digest(there[name]) != files[name]
        )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
