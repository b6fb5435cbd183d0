"""Every look at a person by a command is one line of the read log; without a basis it shows nobody who is asked for."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from inspect import signature
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST
from hostile_kit import Site

from hiu.govern import records
from hiu.govern.login import COMMANDS_OF, login
from hiu.govern.pseudonym import PERSON_ID, described, pseudonym
from hiu.model.govern import DISCLOSURES
from pipelines.access.disclose import PACK
from pipelines.cli import COMMANDS
from pipelines.common.place import open_place
from pipelines.run import Outcome

Edited = Callable[[Callable[[str], str]], Site]

SHOW: dict[str, tuple[str, ...]] = {
    "explain": ("explain", "PERSON"),
    "explain of a pair": ("explain", "PAIR"),
    "find": ("find", "NAME"),
    "find with names": ("find", "NAME", "--show-names"),
    "review": ("review",),
    "review to a file": ("review", "--csv", "FOLDER/queue.csv"),
    "sheet": ("sheet", "PERSON", "--out", "FOLDER", "--override", "a review is due", "--by", "Dr Roy"),
    "export charts": ("export", "charts", "--out", "FOLDER/charts"),
    "cost": ("cost", "--people"),
    "places": ("places", "--people", "--out", "FOLDER/places"),
    "mart": ("mart", "--to", "FOLDER/mart"),
    "sensitivity": ("sensitivity",),
    "sensitivity as json": ("sensitivity", "--json"),
    "basis": ("basis", "PERSON"),
    "disclose": (
        "disclose", "PERSON", "--to", "clinician", "--what", "plan", "--necessity", "care", "--proportionality",
        "a page",         "--by", "Dr Roy",
    ),
    "hold": ("hold", "PERSON", "--reason", "a claim", "--by", "J. Patel"),
    "erase": ("erase", "PERSON"),
    "consent": ("consent", "PERSON", "sister", "--on", "2026-03-01", "--by", "J. Patel"),
}  # fmt: skip
"""Commands that show a person, as they are given."""
NOBODY = (
    "init", "check", "new", "connect", "fetch", "suites", "synth", "lab", "demo", "status", "verify", "audit", "reads",
    "key", "undo", "rollback", "withdraw", "backup", "restore", "evaluate", "equality", "trend", "backtest", "train",
    "release", "decide", "requests", "breaches", "governance", "assurance", "compare", "docs",
)  # fmt: skip
"""Commands whose answer has no person in it; if it had, the line would be written (the test below)."""
ELSEWHERE = {
    "desk": "its list, before it is written (tests/pathway)",
    "s136": "its list, before it is written (tests/pathway)",
    "missing": "its list, before it is written (tests/pathway)",
    "offers": "its list, before it is written (tests/pathway)",
    "senior": "its page, before it is written (tests/pathway)",
    "report": "each look of its notebook",
    "run": "the pack",
    "unattended": "the pack",
    "import-workbook": "what it prints",
    "meet": "the pack, before it is served",
    "retain": "",
    "subject": "the file of a person",
    "rectify": "what it prints",
    "cross": "pairs that both sites released (tests/pipeline/network)",
}
"""Commands whose looks other tests count."""


@pytest.fixture
def who(site: Site) -> dict[str, str]:
    """The first of the list, as a hostile reader knows them; and two descriptions of theirs."""
    folder = site.place.which(None)[1]
    first = pl.read_parquet(folder / "ranked.parquet").filter(pl.col("list") == "adult").sort("rank")["person_id"][0]
    about = pl.read_parquet(folder / "people.parquet").filter(pl.col("person_id") == first).row(0, named=True)
    pair = pl.read_parquet(folder / "review_queue.parquet").row(0, named=True)
    shown = described(f"{pair['identity_a']},{pair['identity_b']}", site.place.key_for("description"))
    return {"PERSON": first, "NAME": about["name_text"], "PAIR": shown}


def given(line: tuple[str, ...], who: dict[str, str], folder: Path) -> list[str]:
    return [who.get(part, part.replace("FOLDER", str(folder))) for part in line]


def test_every_command_is_classed() -> None:
    """A new command fails here until somebody has decided whether it shows a person."""
    names = {job.__name__.replace("_", "-") for job in COMMANDS}
    classed = {line[0] for line in SHOW.values()} | set(NOBODY) | set(ELSEWHERE)
    assert names - classed == set(), "say in SHOW how it is given, or enter it in NOBODY"


def test_whom_the_pack_names_is_in_the_read_log_and_in_that_of_disclosures(area: Path, published: Outcome) -> None:
    place, folder = open_place(area), published.published
    assert folder
    raw = re.search(
        r'<script type="application/json" id="data">(.*?)</script>', (folder / "pack.html").read_text(), re.S
    )
    assert raw
    data = json.loads(raw[1])
    ids = {one["id"] for one in (*data["people"], *data["others"])}
    packs = [look for look in Site(place).looks() if look["what"] == PACK.what and look["month"] == str(LAST)]
    assert packs[-1]["people"] == len(ids) > 0
    if (whom := packs[-1].get("whom")) is not None:
        assert whom == sorted(pseudonym(one, place.key_for("reads")) for one in ids)
    entry = records.history(place.records, DISCLOSURES).filter(file=f"published/{folder.name}")
    assert entry["people"].to_list() == [len(ids)]


@pytest.mark.parametrize("kind", sorted(SHOW))
def test_a_command_that_shows_a_person_writes_one_line(
    kind: str, site: Site, who: dict[str, str], tmp_path: Path
) -> None:
    before = site.looks()
    said = site.hiu(*given(SHOW[kind], who, tmp_path))
    assert said.code == 0, said.err
    new = site.looks()[len(before) :]
    assert len(new) == 1 and new[0]["who"] == login() and new[0]["purpose"] in ("support", "rights", "planning")
    key = site.place.key_for("reads")
    shown = {pseudonym(one, key) for one in PERSON_ID.findall(said.out)}
    whom = new[0].get("whom")
    assert shown <= set(whom if isinstance(whom, list) else shown), "everybody shown is in the line"
    assert int(str(new[0]["people"])) > 0 and who["PERSON"] not in str(new), "by token, never by id"


def test_an_answer_that_names_somebody_is_entered_whatever_the_command(
    site: Site, who: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a list of commands: what the answer holds decides."""
    from pipelines.commands import messages
    from pipelines.common.progress import out

    monkeypatch.setattr(messages, "print_status", lambda *_, **__: out(f"look at {who['PERSON']}"))
    assert who["PERSON"] in site.hiu("status").out
    assert site.looks()[-1]["what"] == "status" and site.looks()[-1]["people"] == 1


def test_a_look_that_can_t_be_recorded_is_not_had(site: Site, who: dict[str, str]) -> None:
    folder = site.place.curated / "reads"
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("in the way", encoding="utf-8")
    for line in (("explain", who["PERSON"]), ("find", who["NAME"]), ("review",), ("basis", who["PERSON"])):
        said = site.hiu(*line)
        assert said.code == 1 and "nothing is shown" in said.err and "HIU-" not in said.out, line


@pytest.mark.parametrize("line", [("explain", "PERSON"), ("find", "NAME"), ("find", "PERSON")])
def test_without_a_basis_nothing_is_shown_of_whom_the_asker_named(
    line: tuple[str, ...], own_settings: Edited, who: dict[str, str], tmp_path: Path
) -> None:
    """The finding: find and explain gave 24 months of a named person. Not even the id, nor that there is somebody."""
    closed = own_settings(lambda text: text.replace('recipient = "analyst"', 'recipient = "clinician"'))
    said = closed.hiu(*given(line, who, tmp_path))
    assert "HIU-" not in said.out + said.err and "rank" not in said.out and "withheld" not in said.out
    nobody = closed.hiu(line[0], "Zzyzx Quux" if line[0] == "find" else "HIU-ZZZZZZZZ")
    assert "HIU-" not in nobody.out
    assert closed.looks()[-1 if line[0] == "explain" else -2]["refused"], "that it was asked for is on record"


@pytest.mark.parametrize("kind", sorted(kind for kind, line in SHOW.items() if line[0] in COMMANDS_OF["analyst"]))
@pytest.mark.parametrize("names", [(), ("--show-names",)])
def test_without_a_basis_no_analyst_s_command_gives_a_true_id_or_name(
    kind: str, names: tuple[str, ...], own_settings: Edited, who: dict[str, str], tmp_path: Path
) -> None:
    """The finding: `review` gave 15 ids and `sensitivity` 44, on the terminal, as JSON and in a file."""
    closed = own_settings(lambda text: text.replace('recipient = "analyst"', 'recipient = "clinician"'))
    if (
        names
        and "show_names" not in signature(next(one for one in COMMANDS if one.__name__ == SHOW[kind][0])).parameters
    ):
        return
    said = closed.hiu(*given(SHOW[kind], who, tmp_path), *names)
    people = pl.read_parquet(closed.place.which(None)[1] / "people.parquet")
    told = said.out + said.err + "".join(path.read_text() for path in tmp_path.glob("*.csv"))
    assert not PERSON_ID.search(told)
    assert not [name for name in people["name_text"].drop_nulls() if " " in name and name in told]
    assert "ranked, " not in told and not re.search(r"\(rank \d+", told), "nor a place beside initials and a year"
    if kind in ("sensitivity", "review", "cost"):
        assert said.code == 0 and "withheld-" in said.out


def test_a_purpose_is_asked_of_the_basis(own_settings: Edited, who: dict[str, str]) -> None:
    planning = 'purpose = "planning"\nrecipient = '
    site = own_settings(lambda text: text.replace(f'{planning}"analyst"', f'{planning}"clinician"'))
    said = site.hiu("explain", who["PERSON"], "--purpose", "planning", "--by", "A. Nosy")
    assert said.code == 1 and "no basis" in said.err and said.out == ""
    assert site.looks()[-1] | {"audit_head": ""} == {
        "who": login(), "name": "A. Nosy", "what": "explain", "purpose": "planning", "month": "2026-03", "people": 1,
        "whom": [pseudonym(who["PERSON"], site.place.key_for("reads"))], "refused": "no basis", "audit_head": "",
    }  # fmt: skip
    assert site.hiu("explain", who["PERSON"], "--purpose", "gossip").code == 2


def test_whom_a_basis_for_the_purpose_shows_is_found_by_their_id(own_settings: Edited, who: dict[str, str]) -> None:
    support = 'purpose = "support"\nrecipient = '
    site = own_settings(lambda text: text.replace(f'{support}"analyst"', f'{support}"clinician"'))
    assert who["PERSON"] in site.hiu("find", who["NAME"], "--purpose", "planning").out
    assert who["PERSON"] not in site.hiu("find", who["NAME"]).out


def test_one_who_objected_is_not_found(site: Site, who: dict[str, str]) -> None:
    deny = ("basis", who["PERSON"], "--deny", "objection", "--by", "J. Patel", "--evidence", "letter of 2 April")
    assert site.hiu(*deny).code == 0
    assert who["PERSON"] not in site.hiu("find", who["NAME"]).out
    assert site.hiu("explain", who["PERSON"]).code == 1


def test_who_looked_is_shown(site: Site, who: dict[str, str]) -> None:
    site.hiu("explain", who["PERSON"], "--by", "Ann Lyst")
    shown = site.hiu("reads", "--person", who["PERSON"])
    assert shown.code == 0 and "Ann Lyst" in shown.out and "explain" in shown.out and login() in shown.out
    assert "Ann Lyst" not in site.hiu("reads", "--person", "HIU-AAAAAAAA").out


def test_the_login_is_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    before = login()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert login() == before
