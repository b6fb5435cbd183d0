"""A new site key, where the old one was lost or seen: a named act that keeps rights and lists what can't be carried.

Ids of people hang on the key, so everybody has a new one from the next run on. Rights follow as they follow any person
whose id changes: the run enters the old id as a former one. Marks of erased people can be read with the old key alone,
so what they need of it is kept beside the new one. The log begins anew, and its first line binds the old one.
"""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from hiu.disk import flush_folder, move
from hiu.errors import HiuError, SettingsError, UsageError
from hiu.govern import records
from hiu.govern.audit import head, read, written_with
from hiu.govern.erase import near
from hiu.govern.erase.tombstone import CODE, row_token
from hiu.govern.keys import KEPT_TOMBSTONES, derive, keep_tombstone_key, load_key, make_key
from hiu.govern.reads import KEY_COPY, folder_of
from hiu.model.govern import KEY_TURNS, TOMBSTONES
from pipelines.access.bound import lost_records
from pipelines.access.disclose import record_files
from pipelines.common.journal import record, utc
from pipelines.common.lock import hold, require_no_erasure
from pipelines.common.place import Place, fresh_key, open_warehouse


@dataclass(frozen=True)
class Rekeyed:
    """What stands under the new key, what could not be carried, and what a person does next; a sentence each."""

    stands: list[str]
    lost: list[str]
    next_steps: list[str]


def copy_key(place: Place, to: Path, *, by: str, now: datetime) -> Path:
    """Copy the key file into a folder where it is kept apart, and enter that it was; the copy's path.

    A copy of this very key that is there already stays. Raises UsageError for a folder inside the site or its data,
    SettingsError if another key is there.
    """
    target = to if to.suffix == ".key" else to / "site.key"
    for folder in (place.home, place.raw, place.curated):
        if target.resolve().is_relative_to(folder.resolve()):
            raise UsageError(
                f"{target}: lies inside {folder}, so whoever copies that would have the data and the key. Name a "
                "folder elsewhere, best on another disk: hiu key --copy FOLDER --by NAME"
            )
    outside = (place.raw, place.curated)
    if not target.exists() or load_key(target, outside=outside) != place.key:
        make_key(target, outside=outside, key=place.key)
    for part in (
        sorted(place.settings.key_file.parent.glob(f"{KEPT_TOMBSTONES}*.key")) if place.settings.key_file else ()
    ):
        if not (to_part := target.with_name(part.name)).exists():
            make_key(to_part, outside=(), key=load_key(part, outside=()))
    record(place, now, "key_copied", by=by, to=str(target.resolve()))
    return target


def rekey(place: Place, *, old: Path | None, reason: str, by: str, now: datetime, lost: bool = False) -> Rekeyed:
    """Give a site a new key. `old` = a copy of the key it had (default: the one that is in place, if it is the site's).

    `lost` = there is none: no key is given up before somebody says so. If it is cut off, the same command ends it.
    Raises SettingsError if `old` is another site's key, UsageError if `lost` is not true, or not said.
    """
    if place.settings.governance.key_store == "keyring" or place.settings.key_file is None:
        raise UsageError('a new key is made as a file: set key_file, and key_store = "file", in site.toml first')
    with hold(place.lock, "hiu key --new", now):
        require_no_erasure(place.erasing)
        path, fresh = place.settings.key_file, fresh_key(place)
        assert fresh is not None
        turned = fresh.exists() and written_with(place.audit, derive(load_key(fresh, outside=()), "audit"))
        had = None if turned else _old_key(place, old, lost=lost)
        if not fresh.exists():
            fresh.parent.mkdir(parents=True, exist_ok=True)
            make_key(fresh, outside=(place.raw, place.curated))
        to = Place(place.home, place.settings.model_copy(update={"key_file": fresh}), place.sources)
        new = load_key(fresh, outside=(place.raw, place.curated))
        if not turned:
            _turn(to, new, had, reason, by, now)
        _name(path, fresh, now)
        return _sentences(read(place.audit)[0]["event"])


def _old_key(place: Place, named: Path | None, *, lost: bool) -> bytes | None:
    """The key the site had: the copy that is named, or the file in place; None if it is lost, as somebody says."""
    if named and lost:
        raise UsageError("--old names a copy of the key, and --lost says that there is none: give one of the two")
    path = named or place.settings.key_file
    assert path is not None
    if not path.exists():
        if lost:
            return None
        raise UsageError(
            f"{path}: no key there. If no copy of it exists either, 'hiu key --new --lost' makes another without it"
        )
    key = load_key(path, outside=(place.raw, place.curated))
    if written_with(_log(place), derive(key, "audit")) is False:
        if lost:
            return None  # another site's key lies there: it is set aside, and this site's is lost
        raise SettingsError(f"{path}: this is another site's key: the audit log of this site was not written with it")
    if lost:
        raise UsageError(f"{path}: the site's key is in its place, so it is not lost: leave out --lost")
    return key


def _turn(place: Place, new: bytes, old: bytes | None, reason: str, by: str, now: datetime) -> None:
    erased = records.read(place.records, TOMBSTONES)["erasure"].n_unique()
    if old is not None:
        keep_tombstone_key(place.settings.key_file, old)
    recipients = records.read(place.records, KEY_TURNS)["recipient"].n_unique()
    about: dict[str, object] = {"erased": erased, "recipients": recipients, "lost": old is None}
    about["differed"] = list(lost_records(place))
    about["releases"] = len(list((place.curated / "releases" / "register").glob("*/*.sealed.json")))
    until = f"until-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    if (reads := folder_of(place.settings, place.curated)).is_dir():
        move(reads, reads.with_name(f"{reads.name}-{until}"))  # their lines are proved by the key before
    (place.curated / KEY_COPY).unlink(missing_ok=True)
    if place.audit.exists():
        move(place.audit, place.audit.with_name(f"audit-{until}.jsonl"))
    # signed with the new key, so once the log of the old one is out of the way
    about["erased_rows"] = _mark_rows(place, new, now) if erased and old is None else 0
    if (log := _log(place)).exists():
        sha256 = hashlib.sha256(log.read_bytes()).hexdigest()
        about |= {"log": log.name, "log_sha256": sha256, "log_head": head(log)}
    record(place, now, "rekeyed", reason=reason, by=by, **about, **record_files(place))


def _log(place: Place) -> Path:
    """The log as it stands; if one was cut off before it began anew, the one that was set aside."""
    earlier = sorted(place.curated.glob("audit-until-*.jsonl"))
    return place.audit if place.audit.exists() or not earlier else earlier[-1]


def _mark_rows(place: Place, new: bytes, now: datetime) -> int:
    """Mark the rows already set aside as erased by file and place, so that reading a file again brings nobody back."""
    if not place.has_tables:
        return 0
    with open_warehouse(place) as warehouse:
        aside = warehouse.rows("quarantine", "delivery_id", "source_row", "code")
        files = warehouse.rows("deliveries", "delivery_id", "sha256")
    key, at = derive(new, "tombstone"), utc(now)
    aside = aside.filter(pl.col("code").is_in([CODE, near.CODE]))
    marked = aside.join(files, on="delivery_id").select("sha256", "source_row").unique().rows()
    stones = [{"token": row_token(sha, row, key), "erasure": "before the new key", "at": at} for sha, row in marked]
    records.add(place, TOMBSTONES, stones)
    return len(stones)


def _sentences(event: Mapping[str, Any]) -> Rekeyed:
    stands = [
        "objections, holds, consents and entries of meetings stay with their people: the next run gives everybody a "
        "new id and enters the old one as a former id",
        "decisions on matches stand; they hang on descriptions, not on ids",
    ]
    lost = []
    if event["erased"] and not event["lost"]:
        stands.append(f"people erased ({event['erased']}) are still known when they are sent again")
    elif event["erased"]:
        rows = event["erased_rows"]
        lost.append(
            f"people erased before ({event['erased']}) are known only in files already received ({rows} rows); in "
            "a new file they can't be recognised, so ask the senders to leave them out"
        )
    if event["lost"]:
        lost.append("tokens that recipients have can't be traced to people any more")
        lost.append(
            "the log so far can't be proved line by line; as a whole it is bound by its digest "
            f"({event.get('log', 'there was none')})"
        )
        lost.append(
            "it can't be proved that the records are what people entered. "
            + ("They differ from what that log had" if event["differed"] else "They are as that log last had them")
        )
    lost += event["differed"]
    if event["releases"]:
        stands.append(
            f"what commissioners were given ({event['releases']}) stays what later releases are checked against: "
            "the log so far has each entry's digest. One that differs is refused; bring it back from a backup"
        )
    steps = [
        "hiu run MONTH for every month in use, before the database is rebuilt or moved: it knows the old ids",
        "hiu key --copy FOLDER: keep a copy of the new key apart from the data",
    ]
    return Rekeyed(stands, lost, [*steps, "hiu backup: earlier backups go with the old key"])


def _name(path: Path, fresh: Path, now: datetime) -> None:
    """The new key takes the name; one that lies there is set aside, for a person to destroy or put back elsewhere."""
    if path.exists():
        move(path, path.with_name(f"{path.name}.until-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"))
    shutil.move(fresh, path)
    flush_folder(path.parent)


def key_warnings(place: Place) -> list[str]:
    """What is wrong with the site's key, for `hiu status`: missing, another site's, or never copied."""
    settings = place.settings
    if settings.governance.key_store == "keyring" or settings.key_file is None or not place.audit.exists():
        return []
    try:
        _ = place.key
    except HiuError as error:
        return [str(error)]
    logged = {entry["event"].get("type") for entry in read(place.audit)}
    if settings.synthetic or {"key_copied", "key_copied_to_keyring"} & logged:
        return []
    return [
        "no copy of the present site key was ever made: if its file is lost, everybody gets a new id and erased people "
        "can't be recognised. Run: hiu key --copy FOLDER --by NAME, with a folder in a safe place apart from the data"
    ]
