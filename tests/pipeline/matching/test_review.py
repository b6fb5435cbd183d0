"""Reviewing from the terminal and by a CSV, and that the next runs honour what was decided, months later too."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, PlaceOf, copy_months, run, table
from typer.testing import CliRunner

from hiu.govern import audit, records
from hiu.govern.pseudonym import description
from hiu.model.govern import BASIS, DISCLOSURES
from hiu.month import Month
from hiu.site.review import decide as desk
from hiu.site.review.queue import Queue
from pipelines.cli import app
from pipelines.common.place import Place, open_place

RUNNER = CliRunner()


@pytest.fixture
def site(place_after: Place, area: Path) -> list[str]:
    """Options that name the published area and its own curated folder."""
    return ["--site", str(area), "--curated", str(place_after.curated)]


def says(args: list[str], code: int = 0) -> str:
    done = RUNNER.invoke(app, args)
    assert done.exit_code == code, done.output
    return done.output


def queue(place: Place, names: Collection[str] = ()) -> Queue:
    return Queue(*place.which(None), place.records, place.key_for("description"), names=names)


def pair_of(place: Place, *, together: bool) -> tuple[str, str]:
    """The ids of a pair in the tables; as it is shown: `shown`."""
    pairs = queue(place).pairs.filter(pl.col("together") == together)
    return pairs.select("identity_a", "identity_b").row(0)


def shown(place: Place, pair: tuple[str, str]) -> tuple[str, str]:
    a, b = (description(one, place.key_for("description")) for one in pair)
    return a, b


def test_the_queue_is_told_masked_and_with_names_only_if_that_is_logged(place_after: Place, site: list[str]) -> None:
    names = {str(n) for n in pl.read_parquet(queue(place_after).folder / "descriptions.parquet")["family"] if n}
    masked = says(["review", "--top", "50", *site])
    assert "can move the list" in masked
    assert "--by NAME" in masked
    assert not {word for word in masked.replace("\n", " ").split() if word in names and len(word) > 3}
    shown = says(["review", "--top", "50", "--show-names", *site])
    assert {word for word in shown.split() if word in names and len(word) > 3}
    logged = [one["event"] for one in audit.read(place_after.audit) if one["event"]["type"] == "names_shown"][-1]
    assert records.read(place_after.records, DISCLOSURES)["what"].to_list()[-1] == "names shown"
    assert logged["identities"]
    assert not names & set(str(logged).upper().split())


def test_whom_the_basis_withholds_stays_masked_among_the_names(place_after: Place, site: list[str]) -> None:
    held = queue(place_after)
    ask = next(one for one in held.waiting() if any(line.title == "Family name" and line.left for line in one.lines))
    people = held.people([ask])
    about = {
        "purpose": "*",
        "recipient": "*",
        "code": "objection",
        "allow": False,
        "decided_by": "DPO",
        "evidence": "letter",
        "start": date(2020, 1, 1),
        "recorded_at": datetime(2026, 4, 1),
    }
    name = next(
        line.left
        for seen in Queue(
            held.month, held.folder, held.records, place_after.key_for("description"), names=people
        ).waiting()
        for line in seen.lines
        if seen.a == ask.a and line.title == "Family name"
    )
    block = next(part for part in says(["review", "--top", "50", "--show-names", *site]).split("\n\n") if ask.a in part)
    records.add(place_after, BASIS, [{"person_id": person, **about} for person in people])
    told = says(["review", "--top", "50", "--show-names", *site])
    masked = next(part for part in told.split("\n\n") if ask.a in part)
    assert name in block and name not in masked
    assert "Names withheld: " in told


def test_a_decision_is_recorded_logged_shown_and_undone(place_after: Place, site: list[str]) -> None:
    pair = pair_of(place_after, together=False)
    a, b = shown(place_after, pair)
    said = says(["decide", b[:7], a, "different", "--by", "Asha Rao", "--note", "two cousins", *site])
    assert "honours it" in said and "the lists of 2026-03 stay as they are" in said
    assert desk.in_force(place_after.records).select("identity_a", "identity_b", "note").row(0) == (
        *pair,
        "two cousins",
    )
    event = [line["event"] for line in audit.read(place_after.audit) if line["event"]["type"] == "decision"][-1]
    assert (event["type"], event["decision"], event["by"]) == ("decision", "different", "Asha Rao")
    assert event["identity_a"]
    assert "cousins" not in str(event)
    assert (a, b) not in {(ask.a, ask.b) for ask in queue(place_after).waiting()}
    says(["decide", a, b, "--undo", "--by", "Chief", *site])
    back = next(ask for ask in queue(place_after).waiting() if (ask.a, ask.b) == (a, b))
    assert "different, Asha Rao; undone" in back.past[0]


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["same", "--by", "A"], "two descriptions are needed"),
        (["aaaa", "zzzz", "same", "--by", "A"], "no description"),
        (["0", "1", "same"], "give the reviewer's name"),
        (["--from", "nowhere.csv", "--by", "A"], "no such file"),
    ],
)
def test_what_lacks_something_is_told_so(site: list[str], args: list[str], why: str) -> None:
    assert why in says(["decide", *args, *([] if "--by" in args or "reviewer" in why else ["--by", "A"]), *site], 2)


def sheet(place: Place, site: list[str], to: Path) -> list[dict[str, str]]:
    says(["review", "--top", "500", "--csv", str(to), *site])
    return list(csv.DictReader(io.StringIO(to.read_text("utf-8-sig"))))


def save(rows: list[dict[str, str]], to: Path) -> None:
    with to.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_a_pair_is_explained_and_drawn(place_after: Place, site: list[str], tmp_path: Path) -> None:
    pair = pair_of(place_after, together=False)
    desk.decide(place_after, *pair, "unsure", reviewer="Asha Rao", at=NOW)
    a, b = shown(place_after, pair)
    to = tmp_path / "why.png"
    told = says(["explain", f"id-{a},{b}", "--chart", str(to), *site])
    for words in ("all together (log2 odds", "Before any evidence", "about 1 person in", "decided unsure by Asha Rao"):
        assert words in told
    assert to.read_bytes().startswith(b"\x89PNG")
    assert "ends in .svg or .png" in says(["explain", f"{a},{b}", "--chart", "why.gif", *site], 2)


def test_a_persons_weakest_link_is_told(place_after: Place, site: list[str]) -> None:
    people = pl.read_parquet(queue(place_after).folder / "people.parquet").sort("identities", descending=True)
    told = says(["explain", people["person_id"][0], *site])
    assert f"{people['identities'][0]} descriptions, held together by" in told
    assert "weakest:" in told


def test_a_sheet_goes_out_and_comes_back(place_after: Place, site: list[str], tmp_path: Path) -> None:
    to = tmp_path / "doubts.csv"
    rows = sheet(place_after, site, to)
    assert len(rows) == queue(place_after).pairs.height
    assert all(row["identity_a"].startswith("id-") for row in rows)
    rows[0] |= {"decision": "Unsure ", "note": "'=1+1"}
    save(rows, to)
    assert "would take 0 same, 0 different, 1 unsure" in says(["decide", "--from", str(to), "--dry-run", *site])
    assert desk.in_force(place_after.records).is_empty()
    says(["decide", "--from", str(to), "--by", "Asha Rao", *site])
    assert desk.in_force(place_after.records).select("decision", "note").row(0) == ("unsure", "=1+1")


def test_a_sheet_with_a_wrong_row_is_refused_whole_naming_each(
    place_after: Place, site: list[str], tmp_path: Path
) -> None:
    to = tmp_path / "doubts.csv"
    first = sheet(place_after, site, to)[0]
    rows = [{**first, "decision": "same"}, {**first, "decision": "sam"}, {**first, "decision": "same"}]
    rows[2]["identity_b"] = rows[2]["identity_a"]
    save(rows, to)
    told = says(["decide", "--from", str(to), "--by", "A", *site], 1)
    assert "doubts.csv, row 3: 'sam' is no decision" in told
    assert "doubts.csv, row 4: both are" in told
    assert desk.in_force(place_after.records).is_empty()


def test_a_pair_that_no_review_showed_is_refused_by_its_row(
    place_after: Place, site: list[str], tmp_path: Path
) -> None:
    """identity_b swapped between two rows: each pair would be decided under the evidence of another."""
    to = tmp_path / "doubts.csv"
    rows = sheet(place_after, site, to)[:3]
    rows[0]["identity_b"], rows[2]["identity_b"] = rows[2]["identity_b"], rows[0]["identity_b"]
    save([{**row, "decision": "same"} for row in rows], to)
    for line in (["--dry-run"], ["--by", "A"], ["--by", "A", "--second"]):
        told = says(["decide", "--from", str(to), *line, *site], 1)
        assert all(f"doubts.csv, row {row}: no review showed" in told for row in (2, 4)) and "row 3" not in told
    assert desk.in_force(place_after.records).is_empty()


def test_a_second_reviewer_sees_what_others_decided_but_not_how(place_after: Place, site: list[str]) -> None:
    pair = pair_of(place_after, together=False)
    a, b = shown(place_after, pair)
    desk.decide(place_after, *pair, "different", reviewer="First", at=NOW)
    asks = queue(place_after).twice("Second", share=1.0)
    assert [(ask.a, ask.b, ask.past) for ask in asks] == [(a, b, ())]
    assert queue(place_after).twice("First", share=1.0) == []
    says(["decide", a, b, "same", "--second", "--by", "Second", *site])
    assert queue(place_after).twice("Second", share=1.0) == []
    assert desk.in_force(place_after.records)["decision"].to_list() == ["different"]
    assert "--double needs --by" in says(["review", "--double", *site], 2)


@pytest.mark.slow
def test_decisions_hold_in_later_months_until_undone(place_of: PlaceOf, area: Path, tmp_path: Path) -> None:
    """Split stays split and joined stays joined when a later month is loaded and everything is matched anew."""
    raw = tmp_path / "raw"
    copy_months(open_place(area).raw, raw, [str(LAST - k) for k in (4, 3, 2, 1)])
    place = place_of(raw)
    earlier = run(place, LAST - 1)
    links = table(earlier, "links").filter(pl.col("identity_id").is_not_null(), pl.col("how") != "nobody")
    parted = pair_of(place, together=True)
    people = links.unique("person_id", keep="first", maintain_order=True).sort("person_id")["identity_id"].to_list()
    joined = (min(people[0], people[1]), max(people[0], people[1]))
    desk.decide(place, *parted, "different", reviewer="A", at=NOW)
    desk.decide(place, *joined, "same", reviewer="A", at=NOW)
    for month in (LAST - 1, LAST):
        copy_months(open_place(area).raw, raw, [str(month)])
        assert _homes(place, month, parted) == 2
        assert _homes(place, month, joined) == 1
    asked = queue(place).pairs.select("identity_a", "identity_b").rows()
    assert parted not in asked
    desk.undo(place, *parted, reviewer="A", at=NOW)
    desk.undo(place, *joined, reviewer="A", at=NOW)
    assert _homes(place, LAST, parted) == 1
    assert _homes(place, LAST, joined) == 2


def _homes(place: Place, month: Month, pair: tuple[str, str]) -> int:
    links = table(run(place, month), "links").filter(pl.col("identity_id").is_in(pair))
    return links["person_id"].n_unique()
