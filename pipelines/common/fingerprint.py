"""Fingerprints: a step is skipped only if the digest of everything it depends on is unchanged.

The code a job depends on is read from its imports, those inside functions too: every module of ours that it reaches,
and the data of the packages that those open. Of a package, the opening file counts where a name is taken from it, and
beyond it only what that name comes from. Left out, with what they alone reach, are CARRIERS.
"""

import ast
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

CARRIERS = {
    "hiu": {"disk", "errors"},
    "pipelines.common": {"fingerprint", "journal", "lock", "place", "progress", "workers"},
}
"""Modules that carry a job and decide nothing of what it makes. One that is forgotten here only has work done again."""

BEHIND = {"hiu.engine": ("hiu.engine.duckdb", "hiu.engine.spark")}
"""A protocol, and what stands behind it: whoever is handed the one runs the other, though no import says so."""

_IMPORT = re.compile(rb"\n[ \t]*((?:from|import) (?:hiu|pipelines)\b(?:[^(\n]*\([^)]*\)|.*))")
_TYPING = re.compile(rb"\nif TYPE_CHECKING:(?:\n[ \t]+.*|\n(?=\n))+")
"""Imports that only a type checker reads."""
_OPENS = re.compile(rb'(?:resources\.files|PackageLoader)\(\s*(?:"([\w.]+)"|__package__|__name__)')
ROOT = Path(__file__).parents[2]
AT_THE_TOP = ("*.md", "*.toml", "*.lock", "*.cff", "LICENSE", "Makefile", "Containerfile")
"""Which files at the top of a checkout are of a build; a site's own site.toml can lie there, and is not."""
RECORD = "results.json"
"""The record of test runs: in tests/ of a checkout, in pipelines/ of a wheel, and of no build, which it is about."""
BESIDE = ("hiu/quality/expectations/", "pipelines/notebooks/", "pipelines/docs/")
"""What a wheel has inside the packages and a checkout beside them."""
Files = Mapping[str, bytes]
"""What ships, by path: `hiu/month.py`."""


def digest(*parts: object) -> str:
    """SHA-256 of the parts as canonical JSON."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def code_digest(root: str) -> str:
    """Digest of all that a module reaches of what ships."""
    return digest_of(shipped(), root)


def digest_of(files: Files, root: str) -> str:
    """Digest of all that a module reaches of these files."""
    return digest([(path, hashlib.sha256(files[path]).hexdigest()) for path in sorted(reached(files, root))])


def reached(files: Files, root: str) -> set[str]:
    """The paths of a module, of every module it reaches, and of the data that these open."""
    paths: set[str] = set()
    seen: set[tuple[str, str]] = set()
    todo = [(root, "")]
    while todo:
        module, name = todo.pop()
        if name and _path(files, f"{module}.{name}"):
            module, name = f"{module}.{name}", ""
        path = _path(files, module)
        folder, _, last = module.rpartition(".")
        if path is None or last in CARRIERS.get(folder, ()) or (module, name) in seen:
            continue
        seen.add((module, name))
        taken = _imports(files[path])
        passed_on = [one for one in taken if one[2] == name and path.endswith("__init__.py")]
        todo += [(of, part) for of, part, _ in passed_on or taken]
        todo += [(engine, "") for engine in BEHIND.get(module, ())]
        paths |= {path, *_data(files, path)}
    return paths


@cache
def build() -> str:
    """The build that this process began with."""
    return build_of(ROOT)


@cache
def code() -> str:
    """The same of the packages alone: what a wheel and the checkout that it was made of have in common."""
    own = [(path, hashlib.sha256(data).hexdigest()) for path, data in sorted(shipped().items())]
    return digest([one for one in own if not one[0].startswith(BESIDE)])[:12]


def build_of(root: Path) -> str:
    """What tells two copies of one version apart: 12 signs of a digest of every file of `ours`."""
    return digest([(path, hashlib.sha256(data).hexdigest()) for path, data in sorted(ours(root).items())])[:12]


def ours(root: Path = ROOT) -> dict[str, bytes]:
    """Every file that runs or is read: both packages; in a checkout also what a wheel is made of, and the documents.

    docs/versioning.md says what is left out, and why. The same whichever line ends a checkout has.
    """
    tops = ["hiu", "pipelines"]
    if (root / "docs" / "versioning.md").is_file():  # a checkout
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        top = [path.name for kind in AT_THE_TOP for path in root.glob(kind) if path.name != "site.toml"]
        tops += [*project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"], "docs", *top]
    files = {name: root / name for name in tops if (root / name).is_file()}
    folders = [top for top in tops if (root / top).is_dir()]
    found = {path: data for top in folders for path, data in _files(root / top, top)}
    return found | {name: _unix(path.read_bytes()) for name, path in files.items()}


@cache
def shipped() -> dict[str, bytes]:
    """Every file of both packages, as installed; the same whichever line ends a checkout has."""
    return dict(item for top in ("hiu", "pipelines") for item in _files(resources.files(top), top))


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        if item.is_dir():
            yield from _files(item, f"{path}/{item.name}")
        elif not item.name.endswith((".pyc", ".pyo")) and item.name != RECORD:
            yield f"{path}/{item.name}", _unix(item.read_bytes())


def _unix(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")


def _path(files: Files, module: str) -> str | None:
    stem = module.replace(".", "/")
    return next((path for path in (f"{stem}.py", f"{stem}/__init__.py") if path in files), None)


@cache
def _imports(source: bytes) -> list[tuple[str, str, str]]:
    """What a source imports of ours, wherever in it: module, name in it if any, and as what."""
    out: list[tuple[str, str, str]] = []
    # only these lines: to parse every module whole would take half a second of each run
    for node in ast.parse(b"\n".join(_IMPORT.findall(_TYPING.sub(b"", b"\n" + source)))).body:
        of = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        for one in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            out.append((of or one.name, one.name if of else "", one.asname or one.name))
    return out


def _data(files: Files, path: str) -> list[str]:
    """The data in the folders that a module opens, and in folders below these that are no package."""
    here = path.rpartition("/")[0]
    opened = [f"{name.replace('.', '/') or here}/" for name in _opened(files[path])]
    data = [name for name in files if not name.endswith(".py")] if opened else []
    return [name for name in data for top in opened if name.startswith(top) and len(_package(files, name)) < len(top)]


@cache
def _opened(source: bytes) -> list[str]:
    return [name.decode() for name in _OPENS.findall(source)]


def _package(files: Files, path: str) -> str:
    folder = path.rpartition("/")[0]
    return folder if not folder or f"{folder}/__init__.py" in files else _package(files, folder)
