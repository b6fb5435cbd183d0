"""What a power cut may take: bytes of Python's files that were not flushed, and names whose folder was not.

The warehouse's own files are DuckDB's, which flushes them itself; they stay as they are.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Disk:
    """What is written and not yet flushed: file -> its content before; renames since their folder was flushed."""

    before: dict[str, bytes | None] = field(default_factory=dict)
    renamed: list[tuple[str, str, bytes | None]] = field(default_factory=list)

    def about_to(self, event: str, name: str, about: tuple[Any, ...]) -> None:
        """An audit event of a file call under the site, before it is done."""
        if event == "open" and not name.endswith((".lock", ".duckdb", ".wal")):
            path = Path(name)
            self.before.setdefault(name, path.read_bytes() if path.is_file() else None)
        if event == "os.rename":
            old, new = os.fsdecode(about[0]), os.fsdecode(about[1])
            if old in self.before:
                self.before[new] = self.before.pop(old)
            self.renamed.append((old, new, Path(new).read_bytes() if Path(new).is_file() else None))

    def flushed(self, handle: int) -> None:
        """A file or folder is on the disk."""
        name = str(Path(f"/proc/self/fd/{handle}").readlink())
        self.before.pop(name, None)
        self.renamed = [one for one in self.renamed if str(Path(one[1]).parent) != name]

    def lose(self) -> None:
        """The power goes: the newest first, what was not flushed is undone."""
        for old, new, content in reversed(self.renamed):
            if Path(new).exists():
                Path(new).rename(old)
                if content is not None:
                    Path(new).write_bytes(content)
        for name, before in self.before.items():
            if Path(name).is_file() and before is None:
                os.truncate(name, 0)
            elif Path(name).is_file():
                Path(name).write_bytes(before or b"")
