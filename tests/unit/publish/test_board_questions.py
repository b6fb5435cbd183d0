"""What two readers of the board paper could not answer or answered wrongly: each question, and what the paper says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import board_kit as kit
import polars as pl
import publish_frames as frames
from attacker import Published, Truth, attack
from test_board_answers import change

from hiu.govern.release.cells import SUPPORTED, Cell
from hiu.govern.release.disclosure import HIDDEN
from hiu.govern.release.solver import ANSWERS, ENDED, ON_LIST
from hiu.publish.access import supported_people
from hiu.publish.board import figures
from hiu.publish.board.change import ALL, change_sentences, change_table
from hiu.publish.board.data import data_file
from hiu.publish.pack.words import settings_list
from hiu.rank.reports.cost import costs
from hiu.rank.reports.evaluate import Evaluation
from hiu.settings import Basis, Paper, Settings
from pipelines.papers.commissioner import assurance
from pipelines.papers.commissioner import board as job
from pipelines.papers.commissioner.answers import _answer, _cells, _detectable, _unaided
from pipelines.papers.commissioner.caseload import caseload
from pipelines.papers.commissioner.equality import findings


def with_support(rows: list[dict[str, Any]], **tables: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {**kit.tables(), "support": frames.support(rows), **tables}


def offers(n: int, **more: Any) -> list[dict[str, Any]]:
    about = {"offered": date(2025, 2, 1), "consent": "given", "consent_at": date(2025, 2, 9)}
    return [{"person_id": person, **about, "start": date(2025, 3, 1), **more} for person in kit.ids(140)[:n]]


def cells_of(paper: job.MonthPaper) -> dict[str, Cell]:
    return {c.group: c for c in paper.cells if c.measure == "people" and c.dataset == ON_LIST and c.less is None}


def test_whoever_is_supported_is_counted_with_a_contact_or_without_as_in_the_pack() -> None:
    quiet = kit.ids(140)[:4]
    gone = {name: kit.tables()[name].filter(~pl.col("person_id").is_in(quiet)) for name in ("ranked", "monthly_demand")}
    tables = with_support(offers(12), **gone)
    paper = kit.whole(tables)
    assert cells_of(paper)[SUPPORTED].value == 12 == len(supported_people(tables["support"], frames.LAST))
    assert "At the end of Mar 2026 about 10 adults were being supported (they agreed" in paper.board.headline[3]
    assert paper.board.caseload.rows[-3] == ("Supported at the end of Mar 2026", "10")


def test_offers_answers_and_endings_of_two_years_are_counted_of_adults() -> None:
    rows = offers(60)
    for row in rows[:20]:
        row |= {"consent": "refused", "start": None}
    for row in rows[20:31]:
        row |= {"consent": None, "consent_at": None, "start": None}
    for row in rows[31:43]:
        row |= {"end": date(2025, 9, 1), "consent": "withdrawn"}
    rows[43] |= {"offered": date(2023, 1, 1)}
    paper = kit.whole(with_support(rows))
    found = {group: cell.value for group, cell in cells_of(paper).items() if "=" not in group}
    assert found == {ANSWERS[0]: 28, ANSWERS[1]: 20, ANSWERS[2]: 11, ENDED: 12, SUPPORTED: 17}
    assert paper.board.headline[2:4] == (
        "Adults offered support in the last 2 years: about 30 agreed, about 20 declined and about 10 are waiting to "
        "answer.",
        "Support ended for about 10 in these 2 years. At the end of Mar 2026 about 15 adults were being supported "
        "(they agreed, support began and the team had at least 3 contacts with them), with or without a contact with "
        "an agency in the year.",
    )
    young = kit.tables()["people"].with_columns(dob=pl.lit(date(2010, 1, 1)))
    assert {cell.value for cell in caseload(frames.LAST, with_support(rows, people=young), kit.SETTINGS)} == {0}


def test_what_is_not_recorded_of_offers_is_said() -> None:
    none = kit.whole(with_support([])).board
    assert "is not recorded in the system" in none.headline[2] and {row[1] for row in none.caseload.rows} == {
        "not recorded"
    }
    some = kit.whole(with_support(offers(12, offered=None))).board
    assert some.headline[2] == "How many adults were offered support is not recorded."
    few = [row | {"consent": "refused" if at < 2 else "given"} for at, row in enumerate(offers(20))]
    for row in few[:2]:
        row["start"] = None
    hidden = kit.whole(with_support(few)).board
    assert "can't be shown" in hidden.headline[2] and HIDDEN in {row[1] for row in hidden.caseload.rows}
    assert any(text.startswith("Offers and support") for text in hidden.suppressed)


def test_a_person_with_a_year_of_birth_alone_is_no_adult_before_eighteen() -> None:
    young = kit.ids(140)[20:30]
    is_young = pl.col("person_id").is_in(young)
    people = kit.tables()["people"].with_columns(
        dob=pl.when(~is_young).then("dob"), birth_year=pl.when(is_young).then(pl.lit(2012, pl.Int64))
    )
    paper = kit.whole({**kit.tables(), "people": people})
    assert not any(row[1] == "under 18" for row in paper.board.equality.rows)
    assert "People known to be under 18 are in no figure of this paper" in paper.board.headline[1]


def test_groups_that_cannot_be_judged_are_not_said_to_be_even() -> None:
    def row(group: str, ratio: float | None) -> dict[str, Any]:
        about = {"characteristic": "deprivation", "people": "100", "top": "10" if ratio else HIDDEN, "flag": False}
        return {**about, "group": group, "ratio": ratio, "low": 0.8, "high": 4.7}

    said = findings([row("most deprived fifth", 1.9), *(row(str(at), None) for at in range(2, 6))], 20)
    assert said[0] == (
        "How likely people of a group are to be among the first 20, beside all others (range in brackets), by "
        "deprivation, where 1 of 5 recorded groups can be judged: most deprived fifth 1.9 times (0.8 to 4.7). Chance "
        "alone could explain each of these; with 20 people only large differences would show."
    )
    assert not any("no group stands out" in text for text in said)
    dark = findings([row("2", None)], 20)[0]
    assert "By deprivation no recorded group can be judged, as too much has to be hidden" in dark
    blank = findings([row("not recorded", None)], 20)[0]
    assert "as the agencies' entries sent here have it for hardly anybody" in blank and "hidden" not in blank
    assert assurance.absent_groups([row("not recorded", None)]) and not assurance.absent_groups([row("2", None)])


def test_the_fall_without_support_is_said_to_be_in_the_expectation() -> None:
    assert "there would have been about 465. Support is offered when contacts are highest, and these fall" in _unaided(
        -0.31, 325
    )
    assert "by itself the rate before would not have fallen" in _unaided(0.1, 325)


def test_the_board_paper_has_one_30_per_cent_and_says_how_a_death_counts() -> None:
    """A fall that would be missed and the fall that comes by itself stood side by side, both of 30%."""
    told = _detectable(0.2)
    assert "30%" not in told and "three in 10 would be missed in 4 of 5 evaluations of this size" in told
    found = Evaluation("", people=30, observed=200, expected=325, effect=-0.38, low=-0.65, high=0.1, unaided=-0.31)
    cells = _cells(frames.LAST, [7.0] * 30)
    said = _answer(found, cells, ()).sentences
    assert said[0].startswith(
        "About 30 people whose support began in Oct 2025 or earlier could be compared, whether or not"
    )
    assert "people who died are left out, and a move away would look like a fall" in said[0]
    assert sum("30%" in text for text in said) == 1


def test_what_the_board_cannot_be_shown_of_the_first_20_is_said_to_be_hidden() -> None:
    said = " ".join(kit.paper().fairness)
    assert "How many of them are supported, and their share of each agency's contacts, can't be shown" in said
    assert "some not" not in said


def test_a_change_that_cannot_be_judged_is_shown_with_the_reason() -> None:
    why = "one long stay can make such a difference, and too few months can be shown to see how much they vary"
    beds = change(dataset="mh_bed_day", years=("995", "1115"), change=None, why=why)
    assert change_table([beds], frames.LAST).rows[0][3:5] == ("+12% (no range)", "can't be judged")
    assert change_sentences([beds]) == (
        f"{ALL}: MH bed days up 12% (995 to 1,115). Whether that is chance can't be judged, as {why}.",
    )
    paper = kit.paper()
    assert all(", as " in text for text in paper.headline if "can't be judged" in text)


def test_where_no_cost_can_be_shown_there_is_no_total_of_nought() -> None:
    grid, _ = figures.cost({"s136": HIDDEN}, costs().units, {})
    assert not any("£0" in cell for row in grid.rows for cell in row)
    assert "can't be costed" in figures.cost_sentences(grid, "", ())[0]
    assert "are put at about £" in " ".join(kit.paper().headline)


def test_old_figures_say_so_first() -> None:
    old = job._age(frames.LAST, datetime(2026, 11, 29, tzinfo=UTC))
    assert old == ("These figures are 8 months old: they end with Mar 2026.",)
    assert job._age(frames.LAST, datetime(2026, 5, 31, tzinfo=UTC)) == ()


def test_the_basis_reads_as_law_decision_and_end() -> None:
    about = {"purpose": "planning", "recipient": "commissioner", "decided_by": "the DPO", "evidence": "DPIA 7"}
    span = {"start": date(2026, 1, 1), "end": date(2027, 3, 31)}
    row = Basis.model_validate({**about, **span, "code": "UK GDPR Article 6(1)(e)"})
    real = Settings(name="Area", basis=(row,))
    assert assurance.basis_line(real, date(2026, 4, 1), "commissioner") == (
        "Lawful basis of this paper: UK GDPR Article 6(1)(e). Decided by: the DPO (evidence: DPIA 7). In force until "
        "31 Mar 2027."
    )
    invented = real.model_copy(update={"synthetic": True})
    assert "none is needed" in assurance.basis_line(invented, date(2026, 4, 1), "commissioner")


def test_the_pack_shows_no_setting_that_its_version_leaves_out_and_the_board_alone_prints() -> None:
    filled = kit.SETTINGS.model_copy(update={"paper": Paper(owner="Programme lead")})
    assert filled.version == kit.SETTINGS.version and settings_list(filled) == settings_list(kit.SETTINGS)


def test_more_people_than_events_of_others_do_not_bound_those_of_the_supported() -> None:
    """15 people were detained, others have 10 detentions, the rest is hidden: at least one is of a supported person,
    which the star says itself, and there is no upper end."""
    supplied = frozenset(("s136", f"2025-{month:02d}") for month in range(1, 13))
    lines = [("events", "others", "10"), ("events", "supported", HIDDEN), ("events", "everybody", HIDDEN)]
    about = {"dataset": "s136", "area": "whole area", "from": "2025-01", "to": "2025-12"}
    file = data_file(
        about | {"measure": m, "group": g, "shown": text} for m, g, text in [*lines, ("people", "everybody", "15")]
    )
    rows = [(f"P{at}", "s136", f"2025-{1 + at % 12:02d}", 1, False) for at in range(9)]
    rows += [(f"S{at}", "s136", f"2025-{1 + at:02d}", 2, True) for at in range(5)]
    schema = {"person_id": pl.String, "dataset": pl.String, "month": pl.String, "n": pl.Int64, "supported": pl.Boolean}
    result = attack([Published(file, supplied)], Truth(pl.DataFrame(rows, schema=schema, orient="row")))
    assert result.tried and result.found == []
