"""Refused texts answer no list of names: each counts, too many are refused together, and no right waits for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST
from hostile_kit import Site
from workbook_kit import Edited, at

from hiu.govern import records
from hiu.model.govern import BASIS, BREACHES
from hiu.publish.workbook.back.returned import read_back
from pipelines.access.looks import RIGHTS, enter_look
from pipelines.access.wording import MOST, REVEALING, UNREAD, refused_texts

NEITHER = [f"Zzy{letter} Quuxbury" for letter in "abcdefgh"]


@pytest.fixture
def names(site: Site) -> list[str]:
    """Names of two words, of people on record who have no row in the workbook: in their own they would be taken."""
    folder = site.place.which(None)[1]
    shown = pl.scan_parquet(folder / "ranked.parquet").filter(pl.col("rank") <= 50).select("person_id").collect()
    frame = pl.read_parquet(folder / "people.parquet").join(shown, on="person_id", how="anti").sort("person_id")
    return frame.filter(pl.col("name_text").str.contains(r"^[A-Za-z]{3,} [A-Za-z]{4,}$"))["name_text"].to_list()


def refusals(site: Site) -> list[dict[str, object]]:
    return [look for look in site.looks() if look.get("refused") == REVEALING]


def oracle(site: Site, tried: list[str], to: Path) -> list[str]:
    """A returned copy with a name in the notes of a row each, tried with --dry-run: what is said of each."""
    folder = site.place.published_folder(LAST)
    assert folder
    [file] = folder.glob("risk-and-demand-*.xlsx")
    copy = Edited(file.read_bytes())
    rows = read_back(copy.file(), "back.xlsx", site.place.key_for("workbook")).rows
    for row, name in zip(rows, tried, strict=False):
        copy.put(at("notes", row.number), f"spoke with {name} on the landing")
    to.write_bytes(copy.file())
    said = site.hiu("import-workbook", to, "--by", "Chair", "--dry-run")
    assert said.code in (0, 3), said.err
    lines = said.out.splitlines()
    cells = [at("notes", row.number) for row, _ in zip(rows, tried, strict=False)]
    mine = [next(line for line in lines if cell in line) for cell in cells]
    return ["refused" if line.startswith("  refused") else "taken" for line in mine]


def test_a_workbook_does_not_say_which_of_many_names_are_on_record(
    site: Site, names: list[str], tmp_path: Path
) -> None:
    """One copy answered for every name in it, and counted once."""
    tried = [*names[:3], *NEITHER[:4], *names[3 : MOST + 1]]
    assert set(oracle(site, tried, tmp_path / "many.xlsx")) == {"refused"}
    own = refusals(site)
    assert len(own) == MOST + 1 and all(look["people"] for look in own)
    said = site.hiu("import-workbook", tmp_path / "many.xlsx", "--by", "Chair", "--dry-run")
    assert said.code == 2 and "within the hour" in said.err


def test_a_few_are_named_cell_by_cell_and_each_counts(site: Site, names: list[str], tmp_path: Path) -> None:
    tried = [names[0], NEITHER[0], names[1]]
    assert oracle(site, tried, tmp_path / "few.xlsx") == ["refused", "taken", "refused"]
    assert len(refusals(site)) == 2
    assert set(oracle(site, names[2:6], tmp_path / "more.xlsx")) == {"refused"}
    assert len(refusals(site)) == 6


def test_texts_of_a_meeting_count_one_by_one(site: Site, names: list[str]) -> None:
    now = datetime.now(UTC)
    for name in names[:MOST]:
        assert refused_texts(site.place, [((), "notes", f"as {name}")], now, "meet") != [""]
    assert refused_texts(site.place, [((), "notes", "at home")], now, "meet") != [""]
    assert refused_texts(site.place, [((), "notes", "")], now, "meet") == [""]


def lock(site: Site, when: datetime) -> None:
    for _ in range(MOST):
        enter_look(site.place, when, "hold", [], purpose=RIGHTS, refused=REVEALING)


def test_a_right_is_recorded_however_many_texts_were_refused(site: Site, names: list[str]) -> None:
    """An objection had to wait an hour, or for another login."""
    lock(site, datetime.now(UTC) - timedelta(minutes=1))
    frame = pl.read_parquet(site.place.which(None)[1] / "people.parquet").sort("person_id")
    person, letter = frame["person_id"][0], f"letter of {names[3]}"
    said = site.hiu("basis", person, "--deny", "objection", "--by", "Officer", "--evidence", letter)
    assert said.code == 0 and "Not kept of it: by, evidence" in said.err, said.err
    row = records.read(site.place.records, BASIS).filter(person_id=person).row(0, named=True)
    assert row["evidence"] == UNREAD and row["allow"] is False
    assert site.hiu("breaches", "--new", f"a letter to {names[4]}", "--by", "Officer").code == 0
    assert site.hiu("hold", person, "--reason", f"as {names[4]}", "--by", "Officer").code == 0
    assert site.hiu("requests", "--new", "access", "--for", names[4], "--by", "Officer").code == 0
    assert site.hiu("erase", frame["person_id"][1], "--reason", f"as {names[4]}", "--by", "Officer").code == 0
    files = list(site.place.records.glob("*.jsonl"))
    kept = "".join(path.read_text(encoding="utf-8") for path in [site.place.audit, *files]).casefold()
    assert not any(name.casefold() in kept for name in names[3:5]) and records.read(site.place.records, BREACHES).height
    said = site.hiu("disclose", person, "--to", "group", "--what", "a list", "--by", "Officer")
    assert said.code == 2 and "within the hour" in said.err


def test_a_clock_that_was_ahead_locks_nobody_and_is_named(site: Site, names: list[str]) -> None:
    """Five refusals in December kept every text out until then, and verify found nothing."""
    lock(site, datetime.now(UTC) + timedelta(days=26))
    said = site.hiu("disclose", "--what", f"as {names[0]}")
    assert said.code == 2 and "may tell who somebody is" in said.err
    found = site.hiu("verify")
    assert found.code == 1 and "later than now" in found.out
