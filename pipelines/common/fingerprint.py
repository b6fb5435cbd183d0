"""Fingerprints: a step is skipped only if the digest of everything it depends on is unchanged."""

import hashlib
import json
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

_LEFT_OUT = (".pyc", ".pyo")


def digest(*parts: object) -> str:
    """SHA-256 of the parts as canonical JSON."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def code_digest(*packages: str) -> str:
    """Digest of the sources, SQL and data files of the packages (`hiu.rank`) or modules (`hiu.model`)."""
    return digest([(name, _package(name)) for name in sorted(packages)])


def _package(name: str) -> list[tuple[str, str]]:
    parent, _, last = name.rpartition(".")
    root: Traversable = resources.files(parent) if parent else resources.files(name)
    module = root / f"{last}.py" if parent else root
    found = [module] if module.is_file() else _files(root / last if parent else root)
    return [(item.name, hashlib.sha256(item.read_bytes().replace(b"\r\n", b"\n")).hexdigest()) for item in found]


def _files(folder: Traversable) -> list[Traversable]:
    out: list[Traversable] = []
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            out += _files(item)
        elif not item.name.endswith(_LEFT_OUT):
            out.append(item)
    return out
