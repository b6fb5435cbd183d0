"""A stranger's files: drafted, mended in three lines at most, and taken in exactly as they should be."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from traps.intake_traps import Trap, spring

from hiu.extract.draft.mapping import draft
from hiu.sources import Source, load_sources

MOST_EDITS = 3


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """Files below raw; the source that each is to be; lines of drafts to mend (before, after); and what must load.

    `writes` are lines that the drafts must hold, `checks` words of their CHECK lines. The rest is as in a Trap; `rows`
    by default says that each file loads wholly.
    """

    files: Mapping[str, bytes | str]
    sources: Mapping[str, str]
    edits: tuple[tuple[str, str], ...] = ()
    writes: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    rows: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    records: Mapping[str, list[object]] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    exit: int = 0


def meet(stranger: Stranger, folder: Path) -> None:
    """Draft each source, mend it, and take the files in."""
    assert len(stranger.edits) <= MOST_EDITS
    texts = drafted(stranger, folder / "drafts")
    whole = "\n".join(texts.values())
    for line in stranger.writes:
        assert line in [each.partition("  #")[0] for each in whole.splitlines()], f"no line {line!r} in\n{whole}"
    for words in stranger.checks:
        assert any(words in line for line in whole.splitlines() if "CHECK: " in line), f"{words!r} in\n{whole}"
    for before, after in stranger.edits:
        assert sum(text.count(f"{before}\n") for text in texts.values()) == 1, f"{before!r} in\n{whole}"
        texts = {name: text.replace(f"{before}\n", f"{after}\n") for name, text in texts.items()}
    trap = Trap(
        files=stranger.files,
        sources=texts,
        settings="\n".join(filter(None, map(_agreement, stranger.sources))),
        exit=stranger.exit,
        rows=stranger.rows,
        records=stranger.records,
        says=stranger.says,
    )
    spring(trap, folder)


def drafted(stranger: Stranger, raw: Path) -> dict[str, str]:
    """The drafts by source, each made with what was drafted before it; every one can be loaded."""
    texts: dict[str, str] = {}
    for name, content in stranger.files.items():
        path = raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for source, name in stranger.sources.items():
        beside = [raw / other for other in stranger.files if other != name]
        shipped = load_sources().get(source)
        texts[source] = draft(source, raw / name, shipped, others=load(texts, raw.parent / "sources"), beside=beside)
    load(texts, raw.parent / "sources")
    return texts


def draft_of(source: str, name: str, content: str, raw: Path) -> tuple[str, dict[str, Any]]:
    """The draft of a site's only file, and what it says."""
    text = drafted(Stranger(files={name: content}, sources={source: name}), raw)[source]
    return text, tomllib.loads(text)


def load(texts: Mapping[str, str], folder: Path) -> dict[str, Source]:
    """The sources of a site that holds these definitions."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return load_sources(folder)


def _agreement(source: str) -> str:
    if source in load_sources():
        return ""
    dates = "start = 2020-01-01\nend = 2099-12-31\n"
    return f'[[agreements]]\nsource = "{source}"\n{dates}reference = "invented"\nsigned_by = "Invented, for tests"\n'
