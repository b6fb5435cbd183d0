"""The file of a backup: a ZIP whose first entry, `BACKUP.json`, lists every other with its size and SHA-256, signed."""

import hashlib
import hmac
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from hiu.errors import HiuError, UsageError
from hiu.publish.words.text import moment
from pipelines.common.backups import BROKEN, LIST
from pipelines.common.fingerprint import file_digest

FORM = 1
_CHUNK = 1 << 20
_MOST_LISTED = 50_000_000
_LARGE, _MOST_PACKED = 50_000_000, 100
_EPOCH = (1980, 1, 1, 0, 0, 0)
Files = Mapping[str, tuple[int, str]]
"""Name -> bytes and SHA-256."""


def write(path: Path, parts: Iterable[tuple[str, bytes | Path]], about: Mapping[str, object], key: bytes) -> Files:
    """Write the parts (name, and bytes or the file that holds them) as a new owner-only file, flushed to the disk; its
    list is signed with the key."""
    found = dict(parts)
    files = {name: _measure(part) for name, part in found.items()}
    entries = {name: {"bytes": size, "sha256": sha256} for name, (size, sha256) in files.items()}
    contents = {"form": FORM, **about, "files": entries}
    text = json.dumps({**contents, "signature": _sign(contents, key)}, indent=1, ensure_ascii=False).encode("utf-8")
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "w+b") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(_entry(LIST), text)
            for name, part in found.items():
                _add(archive, name, part)
        file.flush()
        os.fsync(file.fileno())
    return files


def check(path: Path) -> Files:
    """Read every entry back and compare it with the list. Raises HiuError naming the first that differs."""
    with open_backup(path) as (archive, files):
        for name in files:
            for _ in read(archive, name, files[name]):
                pass
    return files


@contextmanager
def open_backup(path: Path) -> Iterator[tuple[zipfile.ZipFile, Files]]:
    """A backup and its list. Raises UsageError if there is none, HiuError if it is no backup, damaged, or newer."""
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise UsageError(f"{path}: not found") from None
    except (*BROKEN, OSError):
        raise HiuError(f"{path}: not a backup of hiu, or damaged") from None
    with archive:
        yield archive, _read_list(archive, path)


def read(archive: zipfile.ZipFile, name: str, about: tuple[int, str]) -> Iterator[bytes]:
    """The bytes of an entry, in parts. Raises HiuError, at the latest at its end, if they are not those listed."""
    size, sha256 = about
    digest, got = hashlib.sha256(), 0
    try:
        with archive.open(name) as source:
            while got <= size and (part := source.read(_CHUNK)):
                got += len(part)
                digest.update(part)
                yield part
    except BROKEN:
        raise HiuError(f"'{name}' in the backup is damaged") from None
    if got != size or digest.hexdigest() != sha256:
        raise HiuError(f"'{name}' in the backup is not what was copied: damaged, or changed since")


def signed_with(path: Path, key: bytes) -> bool:
    """Whether the list of a backup is as it was signed with a key."""
    with open_backup(path) as (archive, _):
        contents = json.loads(archive.read(LIST))
    return hmac.compare_digest(str(contents.pop("signature", "")).encode(), _sign(contents, key).encode())


def _sign(contents: Mapping[str, object], key: bytes) -> str:
    return hmac.new(key, json.dumps(contents, sort_keys=True).encode(), hashlib.sha256).hexdigest()


def made_at(archive: zipfile.ZipFile) -> str:
    """When a backup says it was made, as 8 Apr 2026 10:12 in UK time; words for one that does not say."""
    try:
        return moment(datetime.fromisoformat(json.loads(archive.read(LIST))["at"]))
    except (*BROKEN, TypeError):
        return "it was made"


def _read_list(archive: zipfile.ZipFile, path: Path) -> Files:
    try:
        if archive.getinfo(LIST).file_size > _MOST_LISTED:
            raise ValueError
        found = json.loads(archive.read(LIST))
        form = int(found["form"])
        files = {str(name): (int(one["bytes"]), str(one["sha256"])) for name, one in found["files"].items()}
    except (*BROKEN, TypeError, AttributeError, OSError):
        raise HiuError(f"{path}: not a backup of hiu, or damaged") from None
    if form > FORM:
        raise HiuError(f"{path}: made by a newer hiu (form {form}; this one knows {FORM})")
    names = sorted(name for name in archive.namelist() if name != LIST)
    if swollen := next((one for one in archive.infolist() if _swells(one)), None):
        raise HiuError(
            f"{path}: '{swollen.filename}' would be {swollen.file_size:,} bytes of {swollen.compress_size:,}; no "
            "file of a site packs so small, so nothing was written"
        )
    if names != sorted(files) or not all(map(_plain, names)):
        raise HiuError(f"{path}: its entries are not those it lists")
    return files


def _swells(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is far larger than what it is packed into, and large: its whole purpose is to fill a disk."""
    return entry.file_size > _LARGE and entry.file_size > _MOST_PACKED * entry.compress_size


def _plain(name: str) -> bool:
    """A relative name that can lead nowhere else, on any system."""
    parts = name.split("/")
    return all(parts) and not {".", ".."} & set(parts) and not set(name) & set('\\:*?"<>|\0')


def _measure(part: bytes | Path) -> tuple[int, str]:
    if isinstance(part, Path):
        return part.stat().st_size, file_digest(part)
    return len(part), hashlib.sha256(part).hexdigest()


def _add(archive: zipfile.ZipFile, name: str, part: bytes | Path) -> None:
    with archive.open(_entry(name), "w", force_zip64=True) as target:
        if isinstance(part, bytes):
            target.write(part)
            return
        with part.open("rb") as source:
            _copy(source, target)  # type: ignore[arg-type]


def _copy(source: BinaryIO, target: BinaryIO) -> None:
    while part := source.read(_CHUNK):
        target.write(part)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
