"""The configuration that loads a synthetic area: its site.toml and a source definition for each of its layouts."""

from collections.abc import Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from hiu.errors import UsageError


def write_site(folder: Path) -> Path:
    """Writes site.toml and sources/*.toml into `folder`, where synthesise wrote; returns the path of site.toml.

    Raises UsageError when the folder already has a site.toml: a site's own settings are never overwritten.
    """
    target = folder / "site.toml"
    if target.exists():
        raise UsageError(f"{target} already exists: choose an empty folder")
    write_sources(folder)
    _copy(resources.files(__package__) / "config" / "site.toml", target)
    return target


def write_sources(folder: Path, pathway: Sequence[str] = ()) -> None:
    """Writes sources/*.toml, one for each layout of a synthetic area, and a crosswalk of its places, into a site made
    already.

    `pathway`: sources of the crisis pathway that the site takes up, under their shipped headers.
    """
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    for item in (resources.files(__package__) / "config" / "sources").iterdir():
        _copy(item, folder / "sources" / item.name)
    for name in pathway:
        (folder / "sources" / f"{name}.toml").write_text(f'extends = "{name}"\n', encoding="utf-8", newline="\n")
    (folder / "places").mkdir(exist_ok=True)
    _copy(resources.files(__package__) / "config" / "places.csv", folder / "places" / "synthetic.csv")


def _copy(item: Traversable, to: Path) -> None:
    to.write_text(item.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
