"""Mapping a source: a drafted TOML from an extract, and the expectation suites made of the sources."""

from pathlib import Path

from hiu.errors import HiuError, UsageError
from hiu.extract.draft.mapping import draft
from hiu.quality.suites import check_suites, site_sources, write_suites
from hiu.sources import load_sources
from pipelines.common.place import REPOSITORY, Place
from pipelines.common.progress import out


def draft_source(place: Place, name: str, file: Path, *, save: bool) -> None:
    """Print a drafted TOML, or write it to the site's sources/ folder, never over another."""
    text = draft(name, file, place.sources.get(name))
    target = place.home / "sources" / f"{name}.toml"
    if not save:
        out(text)
        out(f"# To keep it: the same command with --save writes {target}")
        return
    if target.exists():
        raise HiuError(f"{target}: there already; it is not written over")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="\n")
    out(f"wrote {target}. Next: read it, mend what is marked CHECK, then 'hiu check {file} --site {place.home}'")


def make_suites(site: Path | None, *, check: bool) -> int:
    """Write the suites, or say which are out of date: the shipped sources', or a site's own in its folder."""
    shipped = load_sources()
    home = site or REPOSITORY
    if not (home / ("site.toml" if site else "expectations")).exists():
        raise UsageError(f"{home}: neither a site nor the repository. Name a site: 'hiu suites --site DIR'.")
    sources = site_sources(load_sources(site / "sources"), shipped) if site else shipped
    folder = home / "expectations"
    problems = check_suites(sources, folder)
    if check:
        for problem in problems:
            out(problem)
        out(f"{len(sources)} sources: {'suites are current' if not problems else 'run hiu suites'}")
        return 1 if problems else 0
    for path in write_suites(sources, folder):
        out(f"wrote {path}")
    return 0
