"""Records, the log, pointers, settings and the warehouse: what is changed by hand is found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, run
from hostile_kit import Site

from hiu.errors import HiuError
from hiu.govern.audit import head, read
from pipelines.common.place import open_warehouse
from pipelines.erase.files import others

Edited = Callable[[Callable[[str], str]], Site]


@pytest.fixture
def person(site: Site) -> str:
    folder = site.place.which(None)[1]
    return str(
        pl.read_parquet(folder / "ranked.parquet").filter(pl.col("list") == "adult").sort("rank")["person_id"][0]
    )


def object_to(site: Site, person: str) -> Path:
    """Record an objection; the file it is in."""
    said = site.hiu("basis", person, "--deny", "objection", "--by", "J. Patel", "--evidence", "letter of 2 April")
    assert said.code == 0, said.err
    return site.place.records / "basis.jsonl"


@pytest.mark.parametrize(
    "how", [*(pytest.param(how, marks=pytest.mark.slow) for how in ("emptied", "removed")), "last line", "changed"]
)
def test_records_that_lost_lines_stop_every_command_that_writes(how: str, site: Site, person: str) -> None:
    """An objection recorded on Monday and taken out on Tuesday, no run between: the next run took it for granted."""
    file = object_to(site, person)
    content = file.read_bytes()
    if how == "removed":
        file.unlink()
    else:
        cut = b"".join(content.splitlines(keepends=True)[:-1])
        file.write_bytes({"emptied": b"", "last line": cut, "changed": content.replace(b"letter", b"latter")}[how])
    log, current = site.place.audit.read_bytes(), site.place.current.read_bytes()
    for line in (("run", str(LAST)), ("hold", person, "--reason", "a claim", "--by", "J. Patel"), ("backup",)):
        said = site.hiu(*line)
        assert said.code == 1 and "records/basis.jsonl" in said.err and "hiu restore" in said.err, line
    assert site.place.audit.read_bytes() == log and site.place.current.read_bytes() == current
    assert site.hiu("verify").code == 1


def test_what_differs_is_accepted_by_name_alone(site: Site, person: str) -> None:
    object_to(site, person).write_bytes(b"")
    assert site.hiu("audit", "accept").code == 2
    assert site.hiu("audit", "accept", "--reason", "test file", "--by", "who decided it").code == 2
    said = site.hiu("audit", "accept", "--reason", "the file was made for a test", "--by", "J. Patel")
    assert said.code == 0 and "records/basis.jsonl" in said.out
    event = site.events("accepted")[0]
    assert event["by"] == "J. Patel" and "records/basis.jsonl" in str(event["differed"])
    assert site.hiu("verify").code == 0


def test_a_broken_chain_stops_a_run_and_can_t_be_accepted(site: Site) -> None:
    text = site.place.audit.read_text(encoding="utf-8")
    site.place.audit.write_text(text.replace('"received":', '"recieved":', 1), encoding="utf-8", newline="\n")
    assert site.hiu("run", str(LAST)).code == 1
    assert site.hiu("audit", "accept", "--reason", "never mind", "--by", "J. Patel").code == 1
    site.place.audit.unlink()
    with pytest.raises(HiuError, match="not there, though months are published"):
        run(site.place)


@pytest.mark.parametrize("lines", [1, 2, 3])
def test_lines_cut_off_the_end_of_the_log_are_found(lines: int, site: Site) -> None:
    """By the head left beside it; without that by a head that was noted outside."""
    noted = head(site.place.audit)
    whole = site.place.audit.read_bytes().splitlines(keepends=True)
    site.place.audit.write_bytes(b"".join(whole[:-lines]))
    assert "head" in site.hiu("verify").out
    site.place.audit.with_suffix(".head").unlink()
    assert site.hiu("verify", "--head", noted).code == 1


def test_a_pointer_set_back_is_found(site: Site) -> None:
    first = site.place.months()[str(LAST)]
    later = site.place.published / f"{LAST}-20260501T000000Z-abcdef"
    shutil.copytree(site.place.published / first, later)
    said = site.hiu("verify")
    assert said.code == 1 and later.name in said.out, "a kept run that the log does not know"
    shutil.rmtree(later)
    current = json.loads(site.place.current.read_text(encoding="utf-8"))
    current["months"][str(LAST)] = f"{LAST}-20200101T000000Z-000000"
    shutil.copytree(site.place.published / first, site.place.published / current["months"][str(LAST)])
    site.place.current.write_text(json.dumps(current), encoding="utf-8")
    assert "CURRENT.json points to" in site.hiu("verify").out


def test_a_kept_older_run_is_verified(site: Site) -> None:
    first = site.place.published / site.place.months()[str(LAST)]
    with (site.place.home / "site.toml").open(encoding="utf-8") as file:
        assert "draws = 100" in file.read()
    settings = site.place.settings.model_copy(update={"name": "Renamed"})
    later = run(type(site.place)(site.place.home, settings, site.place.sources))
    assert later.published and later.published != first
    (first / "quality.html").write_bytes(b"changed")
    said = site.hiu("verify")
    assert said.code == 1 and f"{first.name} (kept)" in said.out


@pytest.mark.parametrize("table", ["identity", "people", "record"])
def test_a_name_changed_in_the_warehouse_is_found(table: str, site: Site) -> None:
    with open_warehouse(site.place) as warehouse:
        assert warehouse.read(table).filter(pl.col("name_text").is_not_null()).height
        name = warehouse.read(table).filter(pl.col("name_text").is_not_null())["name_text"][0]
        warehouse.change(table, "name_text", "Somebody Quite Else", where="name_text", equals=name)
    said = site.hiu("verify")
    assert said.code == 1 and "not those of the rows received" in said.out


@pytest.mark.parametrize(
    ("part", "edit"),
    [
        ("basis", lambda text: text.replace('recipient = "analyst"', 'recipient = "clinician"')),
        (
            "agreements",
            lambda text: text.replace('signed_by = "nobody: the people are invented"', 'signed_by = "A. Forger"', 1),
        ),
        ("settings", lambda text: text.replace("top = 2", "top = 3")),
        ("roles", lambda text: text + '\n[roles]\n"nobody-here" = "officer"\n'),
    ],
)
def test_a_setting_changed_outside_the_log_is_found(
    part: str, edit: Callable[[str], str], own_settings: Edited
) -> None:
    changed = own_settings(edit)
    from pipelines.access.bound import changed_parts

    assert changed_parts(changed.place) == [f"site.toml: the {part}"]
    if part != "roles":
        assert f"the {part} changed" in changed.hiu("verify").out


def test_the_inspection_file_holds_both_logs_and_its_own_line(site: Site, tmp_path: Path, person: str) -> None:
    site.hiu("explain", person)
    said = site.hiu("audit", "export", tmp_path / "inspection.jsonl")
    assert said.code == 0 and "SHA-256" in said.out
    lines = [json.loads(x) for x in (tmp_path / "inspection.jsonl").read_text("utf-8").splitlines() if x[0] != "#"]
    assert [one["audit"] for one in lines if "audit" in one] == read(site.place.audit)
    assert lines[0]["about"]["head"] == head(site.place.audit) and any("reads" in one for one in lines)
    assert site.hiu("audit", "export", tmp_path / "inspection.jsonl").code == 1, "never overwritten"
    assert person not in (tmp_path / "inspection.jsonl").read_text("utf-8")


@pytest.mark.parametrize("how", ["cut", "changed", "removed"])
def test_a_read_log_that_lost_lines_is_found(how: str, site: Site, person: str) -> None:
    for _ in range(3):
        site.hiu("explain", person)
    site.hiu("audit", "export", site.place.curated.parent / "inspection.jsonl")
    (file,) = (site.place.curated / "reads").glob("*.jsonl")
    lines = file.read_bytes().splitlines(keepends=True)
    if how == "removed":
        file.unlink()
    else:
        kept = lines[:-1] if how == "cut" else [line.replace(b"explain", b"exploin") for line in lines]
        file.write_bytes(b"".join(kept))
    said = site.hiu("verify")
    assert said.code == 1 and "reads" in said.out
    assert not [path for path in others(site.place) if path.parent.name == "reads"], "no erasure removes it"
