"""The house of a curated folder: the site.toml that it was published with, or one that lies where that one lay.

A second site.toml with a basis and a read log of its own, and the real key, opened what another site had published,
and no line of it was in that site's log. What is edited in the house itself is the owner's, and the next run enters it.
"""

import hashlib
import json
import os
import tomllib
from functools import lru_cache
from pathlib import Path

from hiu.errors import SettingsError
from hiu.govern.audit import Entry, read

PARTS = ("basis", "agreements", "roles", "settings")
FOLDERS = ("sources", "places", "expectations")
"""The folders of a site that hold what it says itself, beside site.toml."""


class ForeignSettings(SettingsError):
    """Settings of another folder were given for what a site has published; it is logged."""


def site_digests(home: Path) -> dict[str, str]:
    """A digest of each part of site.toml: the basis, the agreements, the roles, and all else."""
    return dict(_digests((home / "site.toml").read_text(encoding="utf-8")))


@lru_cache(maxsize=64)
def _digests(text: str) -> tuple[tuple[str, str], ...]:
    whole = tomllib.loads(text)
    parts = {name: whole.pop(name, None) for name in PARTS[:-1]}
    return tuple((name, _digest(part)) for name, part in ({**parts, "settings": whole}).items())


def file_digests(home: Path) -> dict[str, str]:
    """A digest of each file of those folders, by its path from the site's folder."""
    paths = sorted(path for folder in FOLDERS for path in (home / folder).rglob("*") if path.is_file())
    return {path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in paths}


def house_of(home: Path, curated: Path) -> dict[str, str]:
    """Where a site's settings lie, seen from its curated folder, and where they have looks written."""
    return {"at": _seen_from(curated.resolve(), home.resolve()), "read_log": _read_log(home)}


def require_house(home: Path, curated: Path) -> None:
    """Raises ForeignSettings if what is published was published under other settings, which lie elsewhere.

    A read log that was moved by hand since the last run is refused too: looks go where the audit log knows them.
    """
    last = _last(curated / "audit.jsonl")
    if last is None or (site_digests(home) == last["site"] and not _edited_since(last, curated)):
        return
    now = house_of(home, curated)
    if now["at"] != last["house"]["at"]:
        raise ForeignSettings(
            f"{home / 'site.toml'}: {curated} was published with other settings, which lie elsewhere, so nothing is "
            "shown or done with these. Name that site by --site. If the site was moved, 'hiu audit accept' enters it"
        )
    if now["read_log"] != last["house"]["read_log"]:
        raise SettingsError(
            f"{home / 'site.toml'}: read_log is not where the last run had it, so nothing is shown: 'hiu run', or 'hiu "
            "audit accept', enters the change first"
        )


def _edited_since(last: Entry, curated: Path) -> bool:
    """Whether the site's own site.toml says something else by now: an old copy of it is then no house of its own."""
    own = (curated.resolve() / last["house"]["at"]).resolve()
    return (own / "site.toml").is_file() and bool(site_digests(own) != last["site"])


def _last(audit: Path) -> Entry | None:
    """The last line that says which settings are in force; None before there is one that says where they lie."""
    found = (entry["event"] for entry in reversed(read(audit)) if isinstance(entry["event"].get("site"), dict))
    last = next(found, None) if audit.exists() else None
    return last if last and isinstance(last.get("house"), dict) else None


def _seen_from(curated: Path, home: Path) -> str:
    """The way from the one to the other, so that both may be moved together; the whole path across drives."""
    try:
        return os.path.relpath(home, curated)
    except ValueError:  # Windows: there is no way from one drive to another
        return home.as_posix()


def _read_log(home: Path) -> str:
    whole = tomllib.loads((home / "site.toml").read_text(encoding="utf-8"))
    governance = whole.get("governance")
    return str(governance.get("read_log") or "") if isinstance(governance, dict) else ""


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
