"""Who can read a folder or file: owner-only where the system has such bits, said plainly where not.

On Windows a folder takes the rights of the one it is in, and Python's standard library cannot change
them; a user's own profile folder is closed to other users, a shared drive is not. There we change
nothing; docs/operator.md gives the command for a person who may.
"""

import os
import stat
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def has_bits() -> bool:
    """True where rights are owner, group and others (Linux, macOS)."""
    return os.name == "posix"


def make_private(folder: Path) -> Path:
    """Make a folder, and those above it that are missing, that only its owner can enter."""
    for missing in [parent for parent in reversed(folder.parents) if not parent.exists()]:
        missing.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    if has_bits():
        folder.chmod(0o700)
    return folder


def close_new_files() -> None:
    """From now on what this process makes is its owner's alone (no effect on Windows)."""
    os.umask(0o077)


def open_to_others(path: Path) -> str | None:
    """A sentence with the fix if the group or others have any right to a file or folder; else None.

    None on Windows, where the bits Python shows do not say who may read.
    """
    if not has_bits():
        return None
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & OTHERS:
        return None
    fix = "700" if path.is_dir() else "400"
    return f"{path}: open to others (mode {mode:03o}); only its owner may read it. Run: chmod {fix} '{path}'"


def check_private(*paths: Path) -> list[str]:
    """A sentence for every existing path that others can enter or read; empty = none known."""
    return [problem for path in paths if path.exists() and (problem := open_to_others(path))]
