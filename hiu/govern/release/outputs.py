"""Where a command may write what somebody asks for: never over the site's own files, nor over those of others.

The key, the logs, the records, deliveries and what the site is configured by have their own ways of being written. A
path that somebody names is for a paper that leaves, so it leads nowhere among them, by whatever link.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from hiu.disk import replace
from hiu.errors import SettingsError, UsageError
from hiu.settings import Settings, load

OPEN = "exports"
"""Folder of the curated folder in which papers lie."""
OWN = ("site.toml", "keys", "sources", "expectations", "places", "models", "agreements", "data/raw", "data/curated")
"""What is a site's own in its folder, wherever its settings say that it is."""
_HEAD = 4096
_PNG = b"\x89PNG\r\n\x1a\n"
_TITLE = re.compile(rb"\A\s*<!doctype html.*?</title>", re.IGNORECASE | re.DOTALL)


def require_outside(path: Path, sites: Iterable[tuple[Path, Settings]]) -> None:
    """Raises UsageError if a path leads to a site's own files: of the sites given, and of any that it lies in."""
    target = path.resolve()
    for home, settings in (*sites, *_around(target)):
        papers = (settings.curated if settings else home / "data/curated").resolve() / OPEN
        for own in _own(home, settings):
            if (own == target or own in target.parents) and papers not in (target, *target.parents):
                raise UsageError(
                    f"{path}: is a file or folder of the site's own ({own.name}), which no output is written to. "
                    "Nothing was written. Name a place outside the site, or leave the option out for the usual one"
                )


def put(path: Path, content: bytes) -> None:
    """Write an output to the file that somebody named, in one step. Raises UsageError if another one is there.

    A file that begins as this one does, but for figures, is an earlier making of the same and is replaced.
    """
    if path.exists() and (not path.is_file() or _began(path) != _head(content)):
        raise UsageError(
            f"{path}: is there already, and is not an earlier making of this output. Nothing was written: name "
            "another file, or remove it"
        )
    replace(path, content)


def _around(target: Path) -> Iterator[tuple[Path, Settings | None]]:
    """The sites in whose folder a path lies; settings that can't be read say nothing more."""
    for home in target.parents:
        if (home / "site.toml").is_file():
            try:
                yield home, load(home / "site.toml")
            except SettingsError:
                yield home, None


def _own(home: Path, settings: Settings | None) -> Iterator[Path]:
    yield from ((home / name).resolve() for name in OWN)
    if settings:
        places = (settings.curated, settings.raw, settings.key_file, settings.governance.read_log)
        yield from (path.resolve() for path in places if path)


def _began(path: Path) -> bytes:
    with path.open("rb") as stream:
        return _head(stream.read(_HEAD))


def _head(content: bytes) -> bytes:
    """The title of a page, or the first line of another file, without its figures; of a PDF all of it.

    Of a picture its kind: one that is drawn again has nothing else in common with the one before.
    """
    start = content[:_HEAD]
    if start.startswith(_PNG):
        return _PNG
    if b"\0" in start or start.startswith(b"%PDF"):
        return content
    page = _TITLE.match(start)
    return re.sub(rb"\d+", b"", page[0] if page else start.split(b"\n", 1)[0])
