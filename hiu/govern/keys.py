"""The site's key: 32 random bytes in an owner-only file outside the data tree.

Person ids, the audit chain and pseudonyms each use a key derived from it, so none tells about another.
Made with the operating system's generator: the one thing in the library that is meant to be unrepeatable.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hiu.disk import read_small
from hiu.errors import SettingsError
from hiu.extras import require
from hiu.govern.audit import written_with
from hiu.govern.rights import open_to_others
from hiu.settings import Settings

SIZE = 32


def make_key(path: Path, *, outside: Iterable[Path], key: bytes | None = None) -> Path:
    """Write a new key file (or one of `key`), readable by its owner alone. Never overwrites. Raises SettingsError."""
    _refuse_inside(path, outside)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        raise SettingsError(f"{path}: a key is already there; it is never overwritten") from None
    with os.fdopen(handle, "w", encoding="ascii", newline="\n") as file:
        file.write((key.hex() if key else secrets.token_hex(SIZE)) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return path


def load_key(path: Path | None, *, outside: Iterable[Path]) -> bytes:
    """The 32 bytes of a key file.

    `outside` = raw and curated folders. Raises SettingsError if the file is missing, lies inside one of
    them, can be read by others (POSIX; Windows has no such bits, see rights.py), or is no key.
    """
    if path is None:
        raise SettingsError("site.toml: 'key_file' is not set; 'hiu init' makes a key and sets it")
    _refuse_inside(path, outside)
    try:
        text = read_small(path, 1000).decode("ascii").strip()
    except FileNotFoundError:
        raise SettingsError(
            f"{path}: no key there. Put the copy of it back from where it is kept: 'hiu key' lists where copies "
            "were made to. If there is none, 'hiu key --new --lost' makes another: everybody gets a new id, and it "
            "lists what can't be carried"
        ) from None
    except (ValueError, OSError) as error:
        raise SettingsError(f"{path}: the key cannot be read: {type(error).__name__}") from None
    if problem := open_to_others(path):
        raise SettingsError(problem)
    with contextlib.suppress(ValueError):
        if len(key := bytes.fromhex(text)) == SIZE:
            return key
    raise SettingsError(f"{path}: not a key: expected {SIZE * 2} hexadecimal digits")


def ensure_key(path: Path | None, *, outside: Iterable[Path]) -> bytes:
    """The key of a synthetic site, made if there is none yet. A live site's missing key is an error: load_key."""
    folders = list(outside)
    if path is not None and not path.exists():
        with contextlib.suppress(FileExistsError):
            make_key(path, outside=folders)
    return load_key(path, outside=folders)


SERVICE = "hiu site key"
"""Under what name the operating system's keyring holds it."""


def keep_in_keyring(name: str, key: bytes) -> None:
    """Put a site's key into the operating system's keyring. Raises SettingsError where there is none."""
    _keyring().set_password(SERVICE, name, key.hex())


def keyring_key(name: str) -> bytes:
    """A site's key from the operating system's keyring. Raises SettingsError if there is none of that name."""
    text = _keyring().get_password(SERVICE, name)
    with contextlib.suppress(ValueError):
        if text and len(key := bytes.fromhex(text)) == SIZE:
            return key
    raise SettingsError(
        f"the keyring has no key of this site ({name}); 'hiu key --keyring' copies it there, "
        'and key_store = "file" uses the file'
    )


def keep_text_in_keyring(name: str, text: str) -> None:
    """Put a secret text, such as a connection, into the keyring. Raises SettingsError where there is none."""
    _keyring().set_password(SERVICE, name, text)


def keyring_text(name: str) -> str | None:
    """A secret text of the keyring, None if it has none of that name. Raises SettingsError where there is none."""
    text = _keyring().get_password(SERVICE, name)
    return text if isinstance(text, str) else None


def _keyring() -> Any:
    """The system's keyring, if it has one that keeps secrets: never a file in plain text."""
    require("keyring")
    import keyring
    from keyring.backends import fail

    found = keyring.get_keyring()
    if isinstance(found, fail.Keyring) or "plaintext" in type(found).__name__.lower():
        raise SettingsError('this computer has no keyring that a program can use; leave key_store = "file"')
    return keyring


def site_key(settings: Settings, home: Path) -> bytes:
    """The key of a site, from its file or the keyring. A synthetic site makes its own. Raises SettingsError."""
    if settings.governance.key_store == "keyring":
        return keyring_key(str(home.resolve()))
    used = (settings.curated / "audit.jsonl").exists()
    get = ensure_key if settings.synthetic and not used else load_key
    return get(settings.key_file, outside=(settings.raw, settings.curated))


def require_own_key(settings: Settings, key: bytes) -> None:
    """Raises SettingsError if the site's log was written with another key: said once, before anything is made of it."""
    log = settings.curated / "audit.jsonl"
    if written_with(log, derive(key, "audit")) is False:
        raise SettingsError(
            f"{settings.key_file or 'the keyring'}: this is another site's key: {log} was not written with it. Nothing "
            "was changed. Put this site's own key there; if it is lost, see 'hiu key --new --lost'"
        )


KEPT_TOMBSTONES = "tombstones-"
"""How files begin that hold what marks of erased people need of a key the site had before."""


def keep_tombstone_key(key_file: Path | None, old: bytes) -> None:
    """Keep beside the key what the marks of erased people need of an earlier one; nothing else can be made of it."""
    if key_file is None:
        raise SettingsError("site.toml: 'key_file' is not set")
    part = derive(old, "tombstone")
    path = key_file.with_name(f"{KEPT_TOMBSTONES}{hashlib.sha256(part).hexdigest()[:8]}.key")
    if not path.exists():
        make_key(path, outside=(), key=part)


def tombstone_keys(settings: Settings, key: bytes) -> list[bytes]:
    """The keys that marks of erased people were made with: today's first, then those kept of earlier ones."""
    path = settings.key_file
    kept = sorted(path.parent.glob(f"{KEPT_TOMBSTONES}*.key")) if path else []
    return [derive(key, "tombstone"), *(load_key(one, outside=()) for one in kept)]


def derive(key: bytes, purpose: str) -> bytes:
    """The key for one purpose ('person', 'audit', 'pseudonym:<recipient>'): HMAC-SHA256 of its name."""
    return hmac.new(key, f"hiu:{purpose}".encode(), hashlib.sha256).digest()


def _refuse_inside(path: Path, folders: Iterable[Path]) -> None:
    for folder in folders:
        if path.resolve().is_relative_to(folder.resolve()):
            raise SettingsError(
                f"{path}: the key lies inside the data folder {folder}; whoever copies the data "
                "would have both. Move it out and set key_file in site.toml"
            )
