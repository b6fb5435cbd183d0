"""An output is never written over the site's own files, nor over those of others: every path of every command."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from hostile_kit import Site

from hiu.disk import write_whole
from hiu.errors import HiuError, UsageError
from hiu.govern.release.outputs import put, require_outside
from pipelines.access.guard import OF_SITE, READ, guarded
from pipelines.cli import COMMANDS
from pipelines.commands.options import now

JOBS = {job.__name__.replace("_", "-"): job for job in COMMANDS}
PATHS = {
    (name, option)
    for name, job in JOBS.items()
    for option, one in inspect.signature(job, eval_str=True).parameters.items()
    if "Path" in str(one.annotation) and option not in OF_SITE
}
WRITTEN = sorted((PATHS - READ) | {("mart", "to")})
"""Every option that names a path to write, one that is added tomorrow too."""
FINDINGS = {("basis", "processing"), ("governance", "html"), ("governance", "atrs"), ("subject", "folder")}
FINDINGS |= {("export", "out"), ("sheet", "out"), ("audit", "file"), ("key", "copy"), ("review", "csv")}


def own(site: Site) -> list[Path]:
    """The site's own, in its folder and in the curated folder that it works on."""
    home, curated = site.place.home, site.place.curated
    inside = [curated / name for name in ("audit.jsonl", "audit.head", "records/disclosures.jsonl", "published/new")]
    return [*inside, home / "site.toml", home / "keys" / "site.key", home / "data" / "raw" / "2026-03" / "new.csv"]


def test_what_is_read_is_listed_and_the_findings_are_walked() -> None:
    assert READ <= PATHS and set(WRITTEN) >= FINDINGS and len(WRITTEN) >= 28


@pytest.mark.parametrize(("name", "option"), WRITTEN)
def test_no_command_writes_over_the_site_s_own(name: str, option: str, site: Site) -> None:
    """The job itself is never reached."""

    def unreached(site: Path, curated: Path, **_: object) -> int:
        raise AssertionError("the path was not refused")

    given: dict[str, object] = {"site": site.place.home, "curated": site.place.curated}
    for path in own(site):
        with pytest.raises(UsageError, match="the site's own"):
            guarded(unreached, name, {**given, option: str(path) if name == "mart" else path}, now())


def test_a_table_is_read_from_among_the_site_s_own(site: Site) -> None:
    """The board paper's groups were refused as an output that is written there."""
    given = {"site": site.place.home, "curated": site.place.curated}
    table = site.place.home / "data" / "raw" / "groups.csv"
    for name, option in (("export", "groups"), ("equality", "groups"), ("evaluate", "table"), ("cost", "table")):

        def reached(site: Path, curated: Path, **_: object) -> int:
            return 7

        assert guarded(reached, name, {**given, option: table}, now()) == 7, name


def test_the_key_and_the_log_are_what_they_were(site: Site) -> None:
    """The finding, given as an operator gives it."""
    log, key = site.place.audit, site.place.home / "keys" / "site.key"
    before = {path: path.read_bytes() for path in (log, key) if path.exists()}
    for line in (("basis", "--processing", key), ("governance", "--html", log), ("governance", "--atrs", log)):
        said = site.hiu(*line)
        assert said.code == 2 and "the site's own" in said.err, line
    assert before and all(path.read_bytes().startswith(was) for path, was in before.items())


def test_a_path_leads_into_no_site_by_a_link_or_from_elsewhere(site: Site, tmp_path: Path) -> None:
    """Neither through a link, nor by a command that is about another site or about none."""
    link = tmp_path / "out"
    link.symlink_to(site.place.home / "keys", target_is_directory=True)
    for path in (link / "page.html", tmp_path / "out" / ".." / "keys" / "x", site.place.home / "sources" / "new.toml"):
        with pytest.raises(UsageError):
            require_outside(path, [])
    require_outside(site.place.curated / "exports" / "board", [(site.place.home, site.place.settings)])
    require_outside(tmp_path / "page.html", [(site.place.home, site.place.settings)])


def test_a_file_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    for n in (b"3", b"14"):
        put(path, b"<!doctype html>\n<html><head><title>Governance, " + n + b" April</title></head>" + n)
    for other in (b"<!doctype html><title>My letter</title>", b"thesis", b"%PDF-1.7 one"):
        path.write_bytes(other)
        for content in (b"<!doctype html><title>Governance</title>", b"%PDF-1.7 two"):
            with pytest.raises(UsageError, match="is there already"):
                put(path, content)
        assert path.read_bytes() == other
    with pytest.raises(UsageError):
        put(tmp_path, b"a folder")


def test_a_chart_is_drawn_again_over_the_one_before(tmp_path: Path) -> None:
    """A second `hiu explain --chart x.png` was refused, since no two pictures begin alike."""
    path, head = tmp_path / "chart.png", b"\x89PNG\r\n\x1a\n\0\0"
    for n in (b"march", b"april"):
        put(path, head + n)
    assert path.read_bytes().endswith(b"april")
    path.write_bytes(b"\xff\xd8\xff\0 a photograph")
    with pytest.raises(UsageError, match="is there already"):
        put(path, head)


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(b"kept")
    (tmp_path / "link").symlink_to(kept)
    with pytest.raises(HiuError, match="is a link"):
        write_whole(tmp_path / "link", b"new")
    assert kept.read_bytes() == b"kept"
