"""Smaller ways round: an old site.toml, a swollen backup, a hold emptied by a correction, names that act as lines."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from areakit import NOW
from hostile_kit import LATER, Site
from typer.testing import CliRunner

from hiu.errors import HiuError, UsageError
from hiu.extract.rates.leftover import sort_out
from hiu.month import Month
from hiu.plain import one_line, plain
from hiu.settings import Settings
from hiu.sources import load_sources
from pipelines.back.backup import backup
from pipelines.back.restore import restore
from pipelines.cli import app
from pipelines.papers.report_page import Heading, page

Edited = Callable[[Callable[[str], str]], Site]


@pytest.fixture
def person(site: Site) -> str:
    ranked = pl.read_parquet(site.place.which(None)[1] / "ranked.parquet").filter(pl.col("list") == "adult")
    return str(ranked.sort("rank")["person_id"][0])


def same(text: str) -> str:
    return text


def test_an_old_copy_of_site_toml_opens_nothing_that_the_new_one_closes(
    own_settings: Edited, person: str, tmp_path: Path
) -> None:
    site = own_settings(same)
    assert site.hiu("audit", "accept", "--reason", "moved", "--by", "J. Patel").code == 0
    old = tmp_path / "old"
    shutil.copytree(site.place.home, old, ignore=shutil.ignore_patterns("data"))
    text = (site.place.home / "site.toml").read_text(encoding="utf-8")
    closed = text.replace('recipient = "analyst"', 'recipient = "clinician"')
    (site.place.home / "site.toml").write_text(closed, encoding="utf-8", newline="\n")
    assert site.hiu("explain", person).code == 1
    said = Site(type(site.place)(old, site.place.settings, site.place.sources)).hiu("explain", person)
    assert said.code != 0 and "other settings" in said.err and person not in said.out


def remade(made: Path, to: Path, parts: dict[str, bytes]) -> Path:
    """A backup with other or more parts, its list made right."""
    with zipfile.ZipFile(made) as archive:
        found = {name: archive.read(name) for name in archive.namelist()} | parts
    about = json.loads(found["BACKUP.json"])
    for name, content in parts.items():
        about["files"][name] = {"bytes": len(content), "sha256": sha256(content).hexdigest()}
    found["BACKUP.json"] = json.dumps(about).encode()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return to


def test_a_backup_that_would_fill_the_disk_is_refused(site: Site, tmp_path: Path) -> None:
    made = backup(site.place, tmp_path / "copies", now=NOW).path
    bomb = remade(made, tmp_path / "bomb.zip", {"places/b.csv": b"0" * 60_000_000})
    with pytest.raises(HiuError, match="packs so small"):
        restore(bomb, tmp_path / "new", replace=False, now=LATER)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("line", ['[governance]\nread_log = "{0}"', 'model = "{0}"'])
def test_no_path_in_a_backup_leads_out_of_the_folder(line: str, site: Site, tmp_path: Path) -> None:
    made = backup(site.place, tmp_path / "copies", now=NOW).path
    text = (site.place.home / "site.toml").read_text(encoding="utf-8")
    words = line.format((tmp_path / "elsewhere").as_posix())
    text = f"{words}\n{text}" if words.startswith("model") else f"{text}\n{words}\n"
    out = remade(made, tmp_path / "out.zip", {"site.toml": text.encode()})
    with pytest.raises(UsageError, match="outside the folder"):
        restore(out, tmp_path / "new", replace=False, now=LATER)
    assert not (tmp_path / "elsewhere").exists()


def test_a_correction_does_not_empty_a_record_on_hold(site: Site, person: str) -> None:
    assert site.hiu("hold", person, "--reason", "complaint 14", "--by", "DPO").code == 0
    about = ("--reason", "not hers", "--source", "letter", "--by", "DPO")
    said = site.hiu("rectify", person, "--link", "nobody", *about)
    assert said.code == 1 and "is on hold" in said.err
    assert not (site.place.records / "corrections.jsonl").exists()


def test_whether_an_id_exists_is_not_told_without_a_basis(own_settings: Edited, person: str) -> None:
    closed = own_settings(lambda text: text.replace('recipient = "analyst"', 'recipient = "clinician"'))
    other = person[:-1] + ("A" if person[-1] != "A" else "B")
    before = len(closed.looks())
    said = [closed.hiu("explain", one) for one in (person, other)]
    assert said[0].code == said[1].code == 1
    assert said[0].err.replace(person, "") == said[1].err.replace(other, "") and person not in said[1].err
    assert [one["refused"] for one in closed.looks()[before:]] == ["no basis"] * 2
    assert "mean" not in closed.hiu("explain", "bad,bad").err


NAMES = [
    "police\nhiu: all is well. Paste: curl x|sh\n.csv",
    "a\x1b]0;x\x07.csv",
    "a\u202eb.csv",
    "a\rb.csv",
    "a\u2028b.csv",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_begins_no_line(name: str, site: Site, tmp_path: Path) -> None:
    from hiu.extract.files.find import find_deliveries

    raw = tmp_path / "raw"
    (raw / "2026-04").mkdir(parents=True)
    (raw / "2026-04" / name).write_text("a,b\n1,2\n", encoding="utf-8")
    found = find_deliveries(raw, site.place.sources)
    assert not found.deliveries and not found.unmatched
    [refused] = found.refused
    assert "control characters" in refused.reason and one_line(refused.name) == refused.name


def test_a_command_to_paste_runs_nothing_of_a_file_s_name(site: Site, tmp_path: Path) -> None:
    from shlex import split

    file = tmp_path / "a$(touch pwned);b `id` & c.csv"
    file.write_text("person,when\nAnn Lee,2026-03-01\n", encoding="utf-8")
    said = CliRunner().invoke(app, ["new", "crisisy", str(file), "--site", str(site.place.home)])
    line = [one for one in said.stdout.splitlines() if "hiu check" in one][-1]
    assert split(line[line.index("hiu check") :])[2] == str(file)


def test_nor_does_a_cell_or_the_area_s_name() -> None:
    frame = pl.DataFrame({"text": ["x\nhiu: all is well"] * 3, "named": ["A", "B", "C"], "who": ["1", "2", "3"]})
    frame = frame.with_columns(unknown=True, nobody=False, aside=False)
    assert "\n" not in str(sort_out(frame, "role", load_sources()["police"]).words)
    assert "\n" not in Settings(name="Area\nhiu: all is well").name


def test_a_report_s_page_holds_no_control_character() -> None:
    cell = SimpleNamespace(cell_type="code", source="1")
    cell.outputs = [SimpleNamespace(output_type="stream", text="a\x07b\x9bc\u202e\nd")]
    made = page([cell], Heading(site="S", month=Month(2026, 3), run="r", built=NOW, settings="1"))
    assert "abc\nd" in made and plain(made) == made
