"""The gate: deny by default, a row that forbids wins, both ends count, and nobody slips past by another id."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest
from signed import Signed

from hiu.errors import HiuError, UsageError
from hiu.govern.basis.gate import NAMED_TO, basis_table, follow, hidden, left_out, opt_out_of, permitted, row, unsigned
from hiu.govern.records import add, read
from hiu.model.govern import BASIS
from hiu.publish.access import gated, mark, visible, withheld
from hiu.settings import Basis, Governance, Settings

TODAY = date(2026, 4, 8)
AT = datetime(2026, 4, 1, 9)
ANN, BOB, CAZ = "HIU-AAAA2222", "HIU-BBBB3333", "HIU-CCCC4444"
EVERYBODY = (ANN, BOB, CAZ)


def site(purpose: str = "support", recipient: str = "group") -> Settings:
    one = Basis.model_validate(
        {
            "purpose": purpose,
            "recipient": recipient,
            "code": "public task",
            "decided_by": "DPO",
            "evidence": "DPIA 3",
            "start": "2026-01-01",
            "end": "2026-12-31",
        }
    )
    return Settings(name="A", basis=(one,))


def of(
    person: str,
    code: str,
    *,
    allow: bool = False,
    purpose: str = "*",
    recipient: str = "*",
    start: date = date(2026, 3, 1),
    end: date | None = None,
) -> dict[str, object]:
    return row(
        person,
        purpose=purpose,
        recipient=recipient,
        code=code,
        allow=allow,
        decided_by="DPO",
        evidence="letter 7",
        start=start,
        end=end,
        recorded_at=AT,
    )


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=basis_table(Settings(name="A"), EMPTY).schema)


EMPTY = pl.DataFrame(
    schema={
        "person_id": pl.String,
        "purpose": pl.String,
        "recipient": pl.String,
        "code": pl.String,
        "allow": pl.Boolean,
        "decided_by": pl.String,
        "evidence": pl.String,
        "start": pl.Date,
        "end": pl.Date,
        "recorded_at": pl.Datetime("us"),
    }
)


def asked(
    settings: Settings, *rows: dict[str, object], purpose: str = "support", recipient: str = "group", on: date = TODAY
) -> tuple[set[str], int]:
    found = permitted(EVERYBODY, basis_table(settings, frame(*rows)), purpose=purpose, recipient=recipient, on=on)
    return set(found.ids), found.withheld


def test_nobody_is_shown_without_a_basis() -> None:
    assert asked(Settings(name="A")) == (set(), 3)


@pytest.mark.parametrize(("day", "shown"), [("2025-12-31", 0), ("2026-01-01", 3), ("2026-12-31", 3), ("2027-01-01", 0)])
def test_leave_holds_from_its_first_day_to_its_last(day: str, shown: int) -> None:
    assert len(asked(site(), on=date.fromisoformat(day))[0]) == shown


def test_leave_for_one_recipient_or_purpose_is_none_for_another() -> None:
    assert asked(site(), recipient="clinician") == (set(), 3)
    assert asked(site("planning", "commissioner")) == (set(), 3)


def test_figures_that_leave_are_without_whom_the_law_lets_leave_them_as_shipped() -> None:
    """Article 18(2) lets restricted data be stored, and little else: a release is for a site to decide, by name."""
    basis = basis_table(site("planning", "commissioner"), frame(of(ANN, "restriction"), of(BOB, "withdrawn")))
    assert left_out(basis, Governance().left_out_of_counts, TODAY, ()) == {ANN}


@pytest.mark.parametrize("code", ["objection", "restriction", "withdrawn", "died"])
def test_a_row_that_forbids_wins_over_any_leave(code: str) -> None:
    own = of(ANN, "consent", allow=True, purpose="support", recipient="group")
    assert asked(site(), own, of(ANN, code)) == ({BOB, CAZ}, 1)
    assert asked(site(), of(ANN, code, end=date(2026, 4, 7)))[1] == 0, "it ended yesterday"
    assert asked(site(), of("*", code)) == (set(), 3), "one that forbids all"


def test_a_national_opt_out_forbids_planning_and_not_a_persons_own_care() -> None:
    opted = of(ANN, "national_opt_out")
    assert asked(site(), opted)[1] == 0
    board = site("planning", "commissioner")
    assert asked(board, opted, purpose="planning", recipient="commissioner") == ({BOB, CAZ}, 1)
    basis = basis_table(board, frame(opted, of(BOB, "objection"), of(CAZ, "withdrawn")))
    codes, opt_out = ("objection", "national_opt_out"), opt_out_of(board, TODAY)
    assert left_out(basis, codes, TODAY, opt_out) == {ANN, BOB}
    assert left_out(basis, codes, TODAY, ()) == {BOB}, "a site may read the policy otherwise"
    assert left_out(basis, (), TODAY, opt_out) == frozenset()


def under_251(*recipients: str) -> Settings:
    """A site that names people to all three; to these under section 251, to others by implied consent."""
    (one,) = site().basis
    answers = {to: "section 251" if to in recipients else "implied consent" for to in NAMED_TO}
    rows = [one.model_copy(update={"recipient": to, "confidentiality": how}) for to, how in answers.items()]
    return Settings(name="A", basis=tuple(rows))


@pytest.mark.parametrize("recipients", [(), ("group",), ("group", "analyst"), NAMED_TO])
def test_a_national_opt_out_keeps_people_from_those_alone_who_see_them_under_section_251(
    recipients: tuple[str, ...],
) -> None:
    own = under_251(*recipients)
    rows, opt_out = basis_table(own, frame(of(ANN, "national_opt_out"))), opt_out_of(own, TODAY)
    for to in NAMED_TO:
        found = permitted(EVERYBODY, rows, purpose="support", recipient=to, on=TODAY, opt_out=opt_out)
        assert (ANN in found.ids) is (to not in recipients), to
        assert found.denials == (("national_opt_out",) if to in recipients else ())
    assert hidden(EVERYBODY, rows, on=TODAY, opt_out=opt_out) == ({ANN} if recipients == NAMED_TO else set())
    ended = opt_out_of(own, date(2027, 1, 1))
    assert {purpose for purpose, _ in ended} == {"planning"}, "the blocks have ended"


def test_consent_to_the_very_use_ends_the_opt_out_for_it_and_for_nothing_else() -> None:
    own = under_251("group", "analyst")
    agreed = of(ANN, "explicit consent", allow=True, purpose="support", recipient="group")
    basis = basis_table(own, frame(of(ANN, "national_opt_out"), of(BOB, "national_opt_out"), agreed))
    opt_out = opt_out_of(own, TODAY)
    for to, shown in (("group", {ANN, CAZ}), ("analyst", {CAZ})):
        found = permitted(EVERYBODY, basis, purpose="support", recipient=to, on=TODAY, opt_out=opt_out)
        assert found.ids == shown, to
    assert left_out(basis, ["national_opt_out"], TODAY, opt_out) == {ANN, BOB}, "planning was not agreed to"
    over = basis.with_columns(end=pl.when("allow").then(date(2026, 4, 7)).otherwise("end"))
    ended = permitted(EVERYBODY, over, purpose="support", recipient="group", on=TODAY, opt_out=opt_out)
    assert ANN not in ended.ids, "the consent ran out"


def test_leave_for_one_person_is_for_them_alone() -> None:
    own = of(BOB, "consent", allow=True, purpose="support", recipient="clinician")
    assert asked(Settings(name="A"), own, recipient="clinician") == ({BOB}, 2)
    wide = {**own, "purpose": "*", "recipient": "*"}
    assert asked(Settings(name="A"), wide, recipient="clinician") == (set(), 3), "leave must name what it is for"


def test_the_codes_it_rests_on_are_told() -> None:
    own = of(BOB, "consent", allow=True, purpose="support", recipient="group")
    found = permitted(EVERYBODY, basis_table(site(), frame(own)), purpose="support", recipient="group", on=TODAY)
    assert found.codes == ("consent", "public task")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"code": "objektion"}, "did you mean 'objection'"),
        ({"code": "objection", "allow": True, "purpose": "support", "recipient": "group"}, "forbids"),
        ({"code": "consent", "allow": True, "recipient": "group"}, "not a purpose"),
        ({"recipient": "groop"}, "did you mean 'group'"),
        ({"end": date(2026, 2, 1)}, "before it starts"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match="(?i)" + message):
        of(ANN, **{"code": "objection", **change})  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="not a purpose"):
        asked(site(), purpose="research")


def test_rows_follow_people_to_the_id_they_have_now() -> None:
    aliases = pl.DataFrame(
        {
            "old_id": [ANN, BOB, "HIU-DDDD5555"],
            "person_id": [BOB, CAZ, "HIU-EEEE6666"],
            "kind": ["merge", "merge", "split"],
        }
    )
    own = of(ANN, "consent", allow=True, purpose="support", recipient="group")
    moved = follow(frame(of(ANN, "objection"), own), aliases)
    assert set(moved.filter(~pl.col("allow"))["person_id"]) == {ANN, BOB, CAZ}, "along a chain of merges"
    assert set(moved.filter("allow")["person_id"]) == {ANN, BOB, CAZ}
    split = follow(frame(of("HIU-DDDD5555", "objection"), {**own, "person_id": "HIU-DDDD5555"}), aliases)
    assert set(split.filter(~pl.col("allow"))["person_id"]) == {"HIU-DDDD5555", "HIU-EEEE6666"}
    assert set(split.filter("allow")["person_id"]) == {"HIU-DDDD5555"}, "leave is not inherited by a part"


def test_the_last_row_recorded_holds(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    add(Signed(folder), BASIS, [of(ANN, "objection"), of(ANN, "objection", end=date(2026, 4, 1))])
    basis = basis_table(site(), read(folder, BASIS))
    assert permitted(EVERYBODY, basis, purpose="support", recipient="group", on=TODAY).withheld == 0


def test_a_list_shows_only_whom_the_gate_let_through_and_says_how_many_not() -> None:
    ranked = pl.DataFrame(
        {
            "rank": [1, 2, 3],
            "person_id": EVERYBODY,
            "list": ["adult"] * 3,
            "access": ["candidate", "candidate", "supported"],
        }
    )
    with pytest.raises(HiuError, match="did not pass the gate"):
        visible(ranked, 2)
    assert visible(mark(ranked, [BOB, CAZ]), 2)["person_id"].to_list() == [BOB, CAZ]
    assert visible(mark(ranked, [BOB, CAZ]), 1)["person_id"].to_list() == [CAZ], "nobody moves up into the empty place"
    assert [withheld(mark(ranked, ids), 2) for ids in ([], [BOB], EVERYBODY)] == [3, 2, 0]


def test_other_tables_of_an_output_lose_whoever_is_withheld() -> None:
    two = pl.DataFrame({"person_id": [ANN, BOB, None]})
    tables = {"ranked": pl.DataFrame({"person_id": [ANN, BOB]}), "changes": two, "support": two, "people": two}
    out = gated(tables, [BOB])
    assert out["changes"]["person_id"].to_list() == [BOB, None] and out["support"].height == 2
    assert out["people"].height == 3


def test_a_basis_in_which_the_template_still_stands_is_named() -> None:
    told = {
        "code": "the lawful basis, as your privacy notice cites it",
        "evidence": "reference of the impact assessment",
    }
    one = site().basis[0].model_copy(update=told)
    said = unsigned(Settings(name="A", basis=(one,)), purpose="support", recipient="group")
    assert "still stand in its code, evidence, so nobody has decided it" in said
    assert unsigned(site(), purpose="support", recipient="group") == ""
    assert unsigned(Settings(name="A", basis=(one,)), purpose="planning", recipient="group") == ""
