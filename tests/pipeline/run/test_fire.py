"""Another agency, and another force's headers: a TOML in the site's sources folder, and no code."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, run, table

from pipelines.common.place import open_place
from pipelines.run import Outcome

FIRE = """
title = "Fire and rescue: incidents and the people met"
kind = "events"
agency = "fire"

[file]
pattern = "fire*.csv"
delimiter = ";"

[key]
event = ["incident"]

[fields.incident]
columns = ["IRS number"]
required = true

[fields.start]
columns = ["Time of call"]
type = "timestamp"
formats = ["%d/%m/%Y %H:%M"]
required = true

[fields.name]
columns = ["Occupier"]
type = "name"
order = "family_first"

[fields.dob]
columns = ["Born"]
type = "dob"
formats = ["%d/%m/%Y"]

[fields.postcode]
columns = ["Postcode"]
type = "postcode"

[fields.nhs_number]
columns = ["NHS number"]
type = "nhs_number"

[fields.kind]
columns = ["Kind"]
type = "code"
codes = { "false alarm" = "false", "dwelling fire" = "fire" }

[[measures]]
name = "fire_call"
where = { kind = { not_in = ["false"] } }

[counts]
fire_incident = { measures = ["fire_call"] }
"""
HEAD = ["IRS number", "Time of call", "Occupier", "Born", "Postcode", "NHS number", "Kind"]

MERCIA = """
extends = "police"
unknown_names = ["^unknown bystander$"]

[file]
pattern = "mercia*.csv"
delimiter = "\\t"
encodings = ["utf-16"]

[fields.log]
columns = ["OIS"]

[fields.person_seq]
columns = ["Nr"]

[fields.start]
columns = ["Logged"]
formats = ["%Y%m%d %H:%M"]

[fields.name]
columns = ["Who"]
order = "given_first"

[fields.dob]
columns = ["Born on"]
formats = ["%d.%m.%Y"]

[fields.role]
columns = ["Part"]
codes = { P1 = "subject", P9 = "witness" }

[fields.postcode]
columns = ["PC"]
"""
SUITE = """
extends = "s136"

[file]
pattern = "place of safety*.xlsx"
sheet = "Suite log"
header_row = 3

[fields.detention]
columns = ["No."]

[fields.start]
columns = ["Brought in on"]
formats = ["%d %B %Y %H:%M"]

[fields.name]
columns = ["Person"]

[fields.dob]
columns = ["Date born"]
formats = ["%d %B %Y"]
"""


@pytest.fixture(scope="module")
def home(area: Path, two_months: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the area's site just after its last two months were published."""
    folder = tmp_path_factory.mktemp("fire") / "site"
    for name in ("sources", "keys"):
        shutil.copytree(area / name, folder / name)
    text = (area / "site.toml").read_text(encoding="utf-8")
    agreements = "".join(
        f'\n[[agreements]]\nsource = "{source}"\nstart = 2020-01-01\nend = 2040-01-01\n'
        f'reference = "TEST-{source}"\nsigned_by = "invented"\n'
        for source in ("fire", "mercia")
    )
    text += "\n[rank.weights]\nextra = { fire_incident = 1.0 }\n" + agreements
    (folder / "site.toml").write_text(text, encoding="utf-8", newline="\n")
    assert two_months.published
    for part in ("raw", "curated"):
        shutil.copytree(two_months.published.parents[2] / part, folder / "data" / part)
    return folder


@pytest.fixture(scope="module")
def known(two_months: Outcome) -> list[dict[str, object]]:
    """Three people known since the month before by name, date of birth, postcode and number."""
    earlier = table(two_months, "links").filter(pl.col("source_file").str.starts_with(str(LAST - 1)))["person_id"]
    people = table(two_months, "people").drop_nulls(["name_text", "dob", "postcode", "nhs_number"])
    whole = people.filter(pl.col("postcode").str.contains(" ") & pl.col("person_id").is_in(set(earlier.drop_nulls())))
    return whole.sort("rows", "person_id", descending=True).to_dicts()[:3]


@pytest.fixture(scope="module")
def with_fire(home: Path, known: list[dict[str, object]]) -> Outcome:
    (home / "sources" / "fire.toml").write_text(FIRE, encoding="utf-8", newline="\n")
    rows = [_fire_row(f"F{n}", "14/03/2026 09:30", person, "Dwelling fire") for n, person in enumerate(known)]
    rows += [_fire_row("F8", "15/03/2026 11:00", known[0], "Dwelling fire")]
    rows += [_fire_row("F9", "16/03/2026 11:00", known[0], "False alarm")]
    _write(home / "data" / "raw" / str(LAST) / "fire.csv", [HEAD, *rows], delimiter=";", encoding="utf-8")
    return run(open_place(home))


def _fire_row(key: str, at: str, person: dict[str, object], kind: str) -> list[str]:
    given, _, family = str(person["name_text"]).rpartition(" ")
    born = person["dob"]
    assert isinstance(born, date)
    number = str(person["nhs_number"])
    return [key, at, f"{family.upper()}, {given}", f"{born:%d/%m/%Y}", str(person["postcode"]), number, kind]


def _write(path: Path, rows: list[list[str]], *, delimiter: str, encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)


def test_fire_is_loaded_and_nothing_else_again(two_months: Outcome, with_fire: Outcome) -> None:
    assert "fire_incident" not in set(table(two_months, "monthly_demand")["dataset"])
    assert with_fire.intake.loaded == [f"{LAST}/fire.csv"]
    assert (with_fire.intake.received, with_fire.intake.quarantined) == (5, 0)


def test_fire_is_counted(with_fire: Outcome, known: list[dict[str, object]]) -> None:
    demand = table(with_fire, "monthly_demand").filter((pl.col("dataset") == "fire_incident") & (pl.col("n") > 0))
    counted = dict(demand.select("person_id", "n").iter_rows())
    assert counted == {person["person_id"]: 2 if n == 0 else 1 for n, person in enumerate(known)}
    assert set(demand["month"]) == {LAST.start}
    supplied = table(with_fire, "coverage").filter(pl.col("dataset") == "fire_incident")
    assert dict(supplied.select("month", "supplied").iter_rows())[LAST.start] is True


def test_fire_is_in_links_matched_to_the_known_people(with_fire: Outcome, known: list[dict[str, object]]) -> None:
    links = table(with_fire, "links").filter(pl.col("source") == "fire").sort("source_row")
    people = [person["person_id"] for person in known]
    assert links["person_id"].to_list() == [*people, people[0], people[0]]
    assert links["status"].to_list() == ["counted"] * 4 + ["not_counted"]


def test_fire_bears_on_the_list_where_the_site_weighs_it(
    two_months: Outcome, with_fire: Outcome, known: list[dict[str, object]]
) -> None:
    who = pl.col("person_id") == known[0]["person_id"]
    before, after = (table(outcome, "ranked").filter(who)["intensity"] for outcome in (two_months, with_fire))
    assert after.item() > (before.item() if before.len() else 0)


@pytest.mark.slow
def test_a_source_may_extend_a_shipped_one(home: Path, with_fire: Outcome, known: list[dict[str, object]]) -> None:
    """Other headers, delimiter, encoding, date style, codes, name order and title rows than the shipped police's."""
    (home / "sources" / "mercia.toml").write_text(MERCIA, encoding="utf-8", newline="\n")
    given, _, family = str(known[1]["name_text"]).rpartition(" ")
    born = known[1]["dob"]
    assert isinstance(born, date)
    rows = [
        ["Mercia: persons in incidents", "", "", "", "", "", ""],
        ["Printed 02.04.2026", "", "", "", "", "", ""],
        ["OIS", "Nr", "Logged", "Who", "Born on", "Part", "PC"],
        ["M1", "1", "20260331 23:30", f"{given} {family}", f"{born:%d.%m.%Y}", "P1", str(known[1]["postcode"])],
        ["M1", "2", "20260331 23:30", "Unknown bystander", "", "P9", ""],
        ["M2", "1", "20261331 23:30", "A Nother", "", "P1", ""],
    ]
    _write(home / "data" / "raw" / str(LAST) / "mercia.csv", rows, delimiter="\t", encoding="utf-16")
    outcome = run(open_place(home))
    assert (outcome.intake.received, outcome.intake.quarantined) == (3, 1)
    links = table(outcome, "links").filter(pl.col("source") == "mercia").sort("source_row")
    assert links["status"].to_list() == ["counted", "not_counted", "quarantined"]
    assert links["person_id"][0] == known[1]["person_id"] != links["person_id"][1]
    refused = table(outcome, "quarantine").filter(pl.col("source") == "mercia")
    assert refused.select("source_row", "column", "code").row(0) == (3, "Logged", "date_unreadable")
    assert "police_incident" in set(table(outcome, "coverage")["dataset"])


@pytest.mark.slow
def test_a_sheet_title_rows_and_codes_are_a_matter_of_configuration(
    home: Path, tmp_path: Path, with_fire: Outcome, known: list[dict[str, object]]
) -> None:
    import xlsxwriter

    path = tmp_path / "raw" / str(LAST) / "Place of safety.xlsx"
    path.parent.mkdir(parents=True)
    sheet_rows = [
        ["Place of safety suite", "", "", "", ""],
        ["", "", "", "", ""],
        ["No.", "Brought in on", "Person", "Date born", "NHS no."],
        ["D1", "3 March 2026 14:05", str(known[2]["name_text"]), f"{known[2]['dob']:%d %B %Y}", known[2]["nhs_number"]],
        ["Total", "1", "", "", ""],
    ]
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Notes").write(0, 0, "not this one")
        sheet = book.add_worksheet("Suite log 25-26")
        for n, row in enumerate(sheet_rows):
            sheet.write_row(n, 0, row)
    site = tmp_path / "site"
    shutil.copytree(home / "keys", site / "keys")
    shutil.copy2(home / "site.toml", site / "site.toml")
    (site / "sources").mkdir()
    (site / "sources" / "s136.toml").write_text(SUITE, encoding="utf-8", newline="\n")
    outcome = run(open_place(site, raw=tmp_path / "raw", curated=tmp_path / "curated"))
    assert (outcome.intake.received, outcome.intake.quarantined, outcome.intake.refused) == (1, 0, [])
    assert table(outcome, "people")["nhs_number"].to_list() == [known[2]["nhs_number"]]
    assert table(outcome, "people")["dob"].to_list() == [known[2]["dob"]]
