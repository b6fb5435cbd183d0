"""The registers of requests and breaches: entered, put off, closed, and what waits in `hiu status`."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, PlaceOf, run
from rights_kit import Known
from typer.testing import CliRunner

from hiu.errors import HiuError, UsageError
from hiu.govern import audit, records
from hiu.model.govern import BASIS, BREACHES, PURPOSES, RECIPIENTS, REQUESTS
from pipelines.access.basis import allowed, denial, digest_of, hidden, last_aliases, supported_withheld
from pipelines.cli import app
from pipelines.commands.govern.messages import print_basis
from pipelines.common.place import Place
from pipelines.govern.record_basis import BasisChange, record_change
from pipelines.govern.registers.breaches import add_breach, breaches_due, note_breach
from pipelines.govern.registers.overview import chapters_of
from pipelines.govern.registers.requests import (
    KINDS,
    NewRequest,
    acknowledge,
    add_request,
    close_request,
    extend_request,
    requests_due,
    resume,
    wait_for,
)
from pipelines.papers.sheets import write_sheet


def asked(kind: str = "access", person: str | None = None, on: date | None = None) -> NewRequest:
    return NewRequest(kind=kind, person=person, asked_by="A Person", on=on)


def test_a_request_is_due_in_a_month_and_overdue_after(place_of: PlaceOf) -> None:
    place = place_of()
    row = add_request(place, asked(on=date(2026, 3, 31)), by="Officer", now=NOW)
    which = str(row["request_id"])
    assert row["due_on"] == date(2026, 4, 30)
    assert requests_due(place, date(2026, 4, 28)) == [f"{which} (access): due in 2 days, 30 Apr 2026"]
    extend_request(place, which, reason="three records", by="Officer", now=NOW)
    assert requests_due(place, date(2026, 7, 2)) == [f"{which} (access): 2 days overdue, 30 Jun 2026"]
    with pytest.raises(UsageError, match="extended already"):
        extend_request(place, which, reason="again", by="Officer", now=NOW)
    close_request(place, which, outcome="file handed over", by="Officer", now=NOW)
    assert requests_due(place, date(2027, 1, 1)) == []
    with pytest.raises(UsageError, match="was answered on 8 Apr 2026"):
        close_request(place, which, outcome="again", by="Officer", now=NOW)
    assert records.history(place.records, REQUESTS).height == 3
    assert "A Person" not in place.audit.read_text(encoding="utf-8"), "codes and days alone"


def test_more_time_is_taken_within_the_first_month(place_of: PlaceOf) -> None:
    place = place_of()
    row = add_request(place, asked(on=date(2026, 3, 1)), by="Officer", now=NOW)
    with pytest.raises(UsageError, match="had to be told of more time by then"):
        extend_request(place, str(row["request_id"]), reason="many", by="Officer", now=NOW)


def test_a_complaint_is_acknowledged_within_30_days_and_then_answered_without_delay(place_of: PlaceOf) -> None:
    place = place_of()
    row = add_request(place, asked("complaint", on=date(2026, 3, 31)), by="Officer", now=NOW)
    which = str(row["request_id"])
    assert row["due_on"] == date(2026, 4, 30)
    assert requests_due(place, date(2026, 5, 2)) == [
        f"{which} (complaint): acknowledgement 2 days overdue, 30 Apr 2026"
    ]
    for refused in (extend_request, wait_for):
        with pytest.raises(UsageError, match="is a complaint"):
            refused(place, which, **{"reason" if refused is extend_request else "what": "busy"}, by="Officer", now=NOW)
    acknowledge(place, which, by="Officer", now=NOW)
    (waits,) = requests_due(place, date(2026, 5, 10))
    assert waits.endswith("acknowledged on 8 Apr 2026, 40 days since its receipt: answer without undue delay")
    with pytest.raises(UsageError, match="was acknowledged on 8 Apr 2026"):
        acknowledge(place, which, by="Officer", now=NOW)
    close_request(place, which, outcome="upheld", by="Officer", now=NOW + timedelta(days=60))
    assert requests_due(place, date(2026, 9, 1)) == []
    assert "acknowledged late: 0" in chapters_of(place, NOW)["Requests of people about their data"][0]


def test_a_complaint_that_is_answered_late_without_an_acknowledgement_is_counted(place_of: PlaceOf) -> None:
    place = place_of()
    row = add_request(place, asked("complaint", on=date(2026, 3, 31)), by="Officer", now=NOW)
    close_request(place, str(row["request_id"]), outcome="upheld", by="Officer", now=NOW + timedelta(days=40))
    assert "acknowledged late: 1" in chapters_of(place, NOW)["Requests of people about their data"][0]


def test_the_clock_is_stopped_while_the_person_is_asked(place_of: PlaceOf) -> None:
    """UK GDPR article 12A: identity, or which data are meant."""
    place = place_of()
    which = str(add_request(place, asked(on=date(2026, 4, 1)), by="Officer", now=NOW)["request_id"])
    wait_for(place, which, what="proof of identity", by="Officer", now=NOW)
    assert requests_due(place, date(2026, 6, 1)) == [
        f"{which} (access): the clock has been stopped since 8 Apr 2026, until the person answers"
    ]
    with pytest.raises(UsageError, match="can't be stopped"):
        wait_for(place, which, what="proof of identity", by="Officer", now=NOW)
    back = NOW + timedelta(days=10)
    assert resume(place, which, by="Officer", now=back)["due_on"] == date(2026, 5, 11)
    with pytest.raises(UsageError, match="its clock runs"):
        resume(place, which, by="Officer", now=back)
    more = extend_request(place, which, reason="three records", by="Officer", now=back)
    assert more["due_on"] == date(2026, 7, 11)
    wait_for(place, which, what="which data they mean", by="Officer", now=back)
    closed = close_request(place, which, outcome="file handed over", by="Officer", now=back + timedelta(days=2))
    assert (closed["due_on"], closed["waited_days"], closed["waiting_since"]) == (date(2026, 7, 13), 12, None)


def test_the_clock_can_not_be_stopped_when_the_day_has_passed(place_of: PlaceOf) -> None:
    place = place_of()
    which = str(add_request(place, asked(on=date(2026, 3, 1)), by="Officer", now=NOW)["request_id"])
    with pytest.raises(UsageError, match="was due on 1 Apr 2026; its clock can't be stopped"):
        wait_for(place, which, what="proof of identity", by="Officer", now=NOW)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", ["proof of identity", "which data they mean", "busy", "", "Proof Of Identity"])
def test_the_clock_is_stopped_only_for_what_the_law_stops_it_for(kind: str, what: str, place_of: PlaceOf) -> None:
    """Finding: any request could be made to wait for anything."""
    place = place_of()
    which = str(add_request(place, asked(kind, on=date(2026, 4, 1)), by="Officer", now=NOW)["request_id"])
    lawful = kind not in ("complaint", "other") and (
        what == "proof of identity" or (kind == "access" and what == "which data they mean")
    )
    if lawful:
        row = wait_for(place, which, what=what, by="Officer", now=NOW)
        assert (row["waiting_for"], row["waiting_since"]) == (what, NOW.date())
        return
    with pytest.raises(UsageError, match="is a complaint" if kind == "complaint" else "the law does not stop"):
        wait_for(place, which, what=what, by="Officer", now=NOW)
    assert records.history(place.records, REQUESTS).height == 1


def test_no_clock_is_stopped_from_a_day_before(place_of: PlaceOf) -> None:
    place = place_of()
    which = str(add_request(place, asked(on=date(2026, 4, 1)), by="Officer", now=NOW)["request_id"])
    line = ["requests", "--wait", which, "--reason", "proof of identity", "--by", "Officer", "--on", "2026-04-02"]
    said = CliRunner().invoke(app, [*line, "--site", str(place.home), "--curated", str(place.curated)])
    assert said.exit_code == 2 and "--on is the day of receipt" in said.stderr
    assert records.history(place.records, REQUESTS).height == 1


def test_counts_of_people_on_the_page_of_an_inspection_are_as_counts_may_leave(changed: Known) -> None:
    chapters = chapters_of(changed.place, NOW)
    said = [*chapters["Retention and holds"], *chapters["Objections, opt-outs and restrictions"]]
    assert any("*" in line for line in said)
    assert not [line for line in said if re.search(r"(?<!\d)[1-7](?!\d)", line)]


def opted_out(known: Known, *recipients: str) -> tuple[Place, str]:
    """The site, where these recipients see people under section 251, others by implied consent; and who opted out."""
    settings, person = known.place.settings, str(known.other["person_id"])
    answers = {True: "section 251", False: "implied consent"}
    own = tuple(
        one.model_copy(update={"confidentiality": answers[one.purpose == "support" and one.recipient in recipients]})
        for one in settings.basis
    )
    place = replace(known.place, settings=settings.model_copy(update={"basis": own}))
    row = denial(person, "national_opt_out", by="Officer", evidence="list", start=NOW.date(), now=NOW)
    records.add(place, BASIS, [row])
    return place, person


@pytest.mark.parametrize("recipients", [(), ("group",), ("group", "clinician", "analyst")])
def test_who_opted_out_is_kept_from_those_alone_who_see_people_under_section_251(
    changed: Known, recipients: tuple[str, ...]
) -> None:
    (place, person), today = opted_out(changed, *recipients), NOW.date()
    for to in ("group", "clinician", "analyst"):
        found = allowed(place, [person], purpose="support", recipient=to, on=today)
        assert (person in found.ids) is (to not in recipients), to
    tables = {"people": pl.DataFrame({"person_id": [person]}), "aliases": last_aliases(place)}
    assert (person in hidden(place, tables, today)) is (len(recipients) == 3)
    assert ("confidentiality: section 251" in " ".join(chapters_of(place, NOW)["Lawful basis"])) is bool(recipients)


def test_the_officer_is_told_which_block_brings_the_opt_out_in(
    changed: Known, capsys: pytest.CaptureFixture[str]
) -> None:
    place, person = opted_out(changed, "group")
    told = " ".join(chapters_of(place, NOW)["Objections, opt-outs and restrictions"])
    assert "kept from: planning, to everybody; support, to the group (section 251)" in told
    print_basis(place, person, NOW.date(), kept_runs=[], as_json=False)
    said = capsys.readouterr().out
    assert "group for support" in said and "confidentiality: section 251" in said
    assert "confidentiality: implied consent" in said
    assert "the national data opt-out forbids: planning, to everybody; support, to the group (section 251)" in said
    assert "support, group: withheld (national_opt_out)" in said and "support, clinician: shown" in said
    agreed = BasisChange(
        allow="explicit consent", deny=None, end=None, purpose="support", recipient="group", until=None
    )
    record_change(place, person, agreed, evidence="form 7", by="Officer", now=NOW)
    print_basis(place, person, NOW.date(), kept_runs=[], as_json=False)
    assert "support, group: shown" in capsys.readouterr().out


def test_the_officer_is_told_of_every_purpose_and_recipient(changed: Known, capsys: pytest.CaptureFixture[str]) -> None:
    place, person = changed.place, str(changed.other["person_id"])
    block = place.settings.basis[0].model_copy(update={"purpose": "planning", "recipient": "analyst"})
    other = replace(place, settings=place.settings.model_copy(update={"basis": (*place.settings.basis, block)}))
    for where in (place, other):
        print_basis(where, person, NOW.date(), kept_runs=[], as_json=False)
        said = capsys.readouterr().out
        for purpose, to in product(PURPOSES, RECIPIENTS):
            shown = allowed(where, [person], purpose=purpose, recipient=to, on=NOW.date()).ids
            assert f"  {purpose}, {to}: {'shown' if shown else 'withheld'}\n" in said
    assert "planning, analyst: shown" in said


def test_a_refused_sheet_names_the_row_that_forbids_it(changed: Known, tmp_path: Path) -> None:
    place, person = opted_out(changed, "group", "clinician")
    with pytest.raises(HiuError, match=f"'national_opt_out' on record keeps {person} from the clinician"):
        write_sheet(place, person, None, tmp_path, override="urgent", by="Dr Oakes", now=NOW)
    assert allowed(place, [person], purpose="support", recipient="analyst", on=NOW.date()).ids
    bare = replace(place, settings=place.settings.model_copy(update={"basis": ()}))
    with pytest.raises(HiuError, match="no basis lets the clinician see"):
        write_sheet(bare, person, None, tmp_path, override="urgent", by="Dr Oakes", now=NOW)


def test_a_month_is_made_again_once_its_blocks_rest_on_section_251(changed: Known) -> None:
    place, _ = opted_out(changed)
    under = tuple(one.model_copy(update={"confidentiality": "section 251"}) for one in place.settings.basis)
    other = replace(place, settings=place.settings.model_copy(update={"basis": under}))
    assert digest_of(place, NOW.date()) != digest_of(other, NOW.date())


@pytest.mark.parametrize(("code", "told"), [("objection", True), ("national_opt_out", True), ("died", False)])
def test_a_person_in_support_who_is_withheld_is_told_of(changed: Known, code: str, told: bool) -> None:
    place, today = changed.place, NOW.date()
    own = tuple(one.model_copy(update={"confidentiality": "section 251"}) for one in place.settings.basis)
    place = replace(place, settings=place.settings.model_copy(update={"basis": own}))
    ranked = pl.read_parquet(place.which(None)[1] / "ranked.parquet")
    person = str(ranked.filter(access="supported").sort("rank")["person_id"][0])
    assert supported_withheld(place, today) == []
    records.add(place, BASIS, [denial(person, code, by="Officer", evidence="letter", start=today, now=NOW)])
    found = supported_withheld(place, today)
    if not told:
        assert found == []
        return
    (line,) = found
    assert f"1 person in support is withheld from the group: {code} 1" in line and person not in line
    if code == "objection":  # which of the two it is, the line alone says
        outcome = run(place, LAST, at=NOW + timedelta(hours=1))
        assert line in outcome.warnings and outcome.published
        pack = (outcome.published / "pack.html").read_text(encoding="utf-8")
        assert ", of them 1 in support<" in pack and person not in pack
    site = ["--site", str(place.home), "--curated", str(place.curated)]
    assert ("in support is withheld" in CliRunner().invoke(app, ["status", *site]).output) is (code == "objection")


def test_the_log_knows_the_person_by_token(changed: Known) -> None:
    add_request(changed.place, asked(person=changed.former[0]), by="Officer", now=NOW)
    [*_, event] = [one["event"] for one in audit.read(changed.place.audit) if one["event"]["type"] != records.ADDING]
    assert event["person"].startswith("P") and changed.person not in json.dumps(event)
    kept = records.read(changed.place.records, REQUESTS)
    assert changed.person in set(kept["person_id"]), "under the id they have now"


def test_a_breach_waits_72_hours_and_is_not_closed_before_it_is_settled(place_of: PlaceOf) -> None:
    place, aware = place_of(), NOW - timedelta(hours=70)
    row = add_breach(place, "a pack was left on a train", aware=aware, people=20, by="Officer", now=NOW)
    which = str(row["breach_id"])
    assert breaches_due(place, NOW) == [f"{which}: tell the Commissioner, or record why not: due in 2 hours"]
    assert "3 hours overdue" in breaches_due(place, NOW + timedelta(hours=5))[0]
    for act in ("closed", "not_reported"):
        with pytest.raises(UsageError, match="not-reported"):
            note_breach(place, which, act, None, by="Officer", now=NOW)
    late = NOW + timedelta(hours=4)
    note_breach(place, which, "reported", None, by="Officer", now=late)
    assert "after the 72 hours" in breaches_due(place, late)[0]
    note_breach(place, which, "closed", None, by="Officer", now=late)
    assert breaches_due(place, late) == []
    assert records.read(place.records, BREACHES)["notified_at"].to_list() == [datetime(2026, 4, 8, 13, 12)]


WRONG = {
    "a kind there is not": (("requests", "--new", "gossip", "--for", "A", "--by", "B"), "is no kind of request"),
    "nobody asked": (("requests", "--new", "access", "--by", "B"), "--for and --by"),
    "a day ahead": (("requests", "--new", "access", "--for", "A", "--by", "B", "--on", "2999-01-01"), "lies ahead"),
    "no day": (("requests", "--new", "access", "--for", "A", "--by", "B", "--on", "3 May"), "not a day"),
    "no such request": (("requests", "--close", "Q1", "--outcome", "x", "--by", "B"), "no request 'Q1'"),
    "a close without an answer": (("requests", "--close", "Q1", "--by", "B"), "--outcome and --by"),
    "nobody enters it": (("breaches", "--new", "lost"), "--by are needed"),
    "a time ahead": (("breaches", "--new", "lost", "--aware", "2999-01-01T00:00", "--by", "B"), "lies ahead"),
    "no such breach": (("breaches", "--reported", "B1", "--by", "B"), "no breach 'B1'"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cant_be_meant_is_refused(place_of: PlaceOf, what: str) -> None:
    place, (words, message) = place_of(), WRONG[what]
    result = CliRunner().invoke(app, [*words, "--site", str(place.home), "--curated", str(place.curated)])
    assert result.exit_code == UsageError.exit_code and message in result.output


def test_status_says_what_waits(place_of: PlaceOf) -> None:
    place = place_of()
    site = ["--site", str(place.home), "--curated", str(place.curated)]
    assert CliRunner().invoke(app, ["requests", "--new", "access", "--for", "A", "--by", "B", *site]).exit_code == 0
    assert CliRunner().invoke(app, ["breaches", "--new", "lost", "--by", "B", *site]).exit_code == 0
    output = CliRunner().invoke(app, ["status", *site]).output
    assert "request: Q" in output and "breach: B" in output and "record why not: due in" in output
