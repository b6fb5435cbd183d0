"""Connections to databases, kept where the site's key is kept: never in site.toml, a log or a message."""

import os
from collections.abc import Mapping
from pathlib import Path

from hiu.disk import read_small
from hiu.errors import SettingsError, UsageError
from hiu.govern.keys import keep_text_in_keyring, keyring_text
from hiu.govern.rights import open_to_others
from hiu.sources.file import NAME
from pipelines.common.place import Place


def connection(place: Place, name: str, environment: Mapping[str, str] = os.environ) -> str:
    """The connection string called `name`.

    From the environment variable HIU_DSN_NAME, else the keyring if the site's key is there, else the file NAME.dsn
    beside the site's key. Raises SettingsError where there is none, or where others can read the file, and UsageError
    for what is no name: a connection that was pasted there has a password in it, and is not repeated.
    """
    _require_name(name)
    if text := environment.get(f"HIU_DSN_{name.upper()}"):
        return text
    if _in_keyring(place):
        text = keyring_text(_entry(place, name))
    else:
        path = connection_file(place, name)
        text = _read(path) if path.exists() else None
    if not text:
        raise SettingsError(
            f"no connection '{name}' is kept for this site: 'hiu connect {name} --site {place.home}' asks for it"
        )
    return text


def keep_connection(place: Place, name: str, text: str) -> str:
    """Keep a connection string, over an earlier one of that name; returns where. Raises UsageError for a name or text
    that can't be meant."""
    _require_name(name)
    if not text.strip():
        raise UsageError("found nothing; expected a connection such as postgresql://reader:password@server/database")
    if _in_keyring(place):
        keep_text_in_keyring(_entry(place, name), text.strip())
        return "the keyring"
    path = connection_file(place, name)
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text.strip() + "\n")
    return str(path)


def _require_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise UsageError("the name of a connection: expected small letters, digits and _, such as warehouse")


def connection_file(place: Place, name: str) -> Path:
    """Where a connection is kept: beside the site's key, outside the data."""
    key = place.settings.key_file
    if key is None:
        raise SettingsError("site.toml: 'key_file' is not set; connections are kept beside the key")
    return key.parent / f"{name}.dsn"


def _read(path: Path) -> str:
    if problem := open_to_others(path):
        raise SettingsError(problem)
    return read_small(path).decode("utf-8", "replace").strip()


def _in_keyring(place: Place) -> bool:
    return place.settings.governance.key_store == "keyring"


def _entry(place: Place, name: str) -> str:
    return f"{place.home.resolve()} connection {name}"
