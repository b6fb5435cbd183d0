"""What a board member who was not there asks of the paper alone: each had no answer, or two that did not agree."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any

import board_kit as kit
import polars as pl
import publish_frames as frames
import pytest
from test_board_answers import rich
from test_board_questions import offers, with_support

from hiu.govern.release.cells import ANY, EVERYBODY
from hiu.govern.release.solver import ON_LIST, OVERDUE
from hiu.model import PUBLISHED
from hiu.month import Month
from hiu.publish.board import figures
from hiu.publish.board.change import thousands, unusual
from hiu.publish.board.charts import _bars
from hiu.publish.board.paper import Bars, Board
from hiu.publish.board.slides import _labelled
from hiu.publish.board.words import definitions
from hiu.rank.reports.cost import costs
from hiu.rank.reports.evaluate import Evaluation
from hiu.settings import Settings
from pipelines.papers.commissioner import answers, assurance
from pipelines.papers.commissioner import board as job
from pipelines.papers.commissioner.cells import FIRST, GRADED, RISK, adult_rows
from pipelines.papers.commissioner.equality import findings
from pipelines.papers.export import board_files

LATE, FRESH = date(2024, 5, 1), date(2026, 2, 1)


def reviewed(late: int, of: int, **more: Any) -> dict[str, pl.DataFrame]:
    """A caseload of so many, of whom so many have an old capacity review; every plan is fresh."""
    rows = offers(of, plan_at=FRESH, **more)
    return with_support([row | {"capacity_at": LATE if at < late else FRESH} for at, row in enumerate(rows)])


def late_rows(paper: job.MonthPaper) -> dict[str, str]:
    return {name.removeprefix("Of these: "): text for name, text in paper.board.caseload.rows if "overdue" in name}


def test_overdue_reviews_of_those_being_supported_are_counted() -> None:
    paper = kit.whole(reviewed(14, 30))
    values = {cell.group: cell.value for cell in paper.cells if cell.group in OVERDUE and cell.less is None}
    assert values == {OVERDUE[0]: 14, OVERDUE[1]: 0}
    assert late_rows(paper) == {"mental-capacity review overdue": "15", "plan review overdue": "0"}
    said = "the mental-capacity review is overdue for about 15 and the plan review is overdue for none; a review done "
    assert f"Of those being supported {said}and not entered counts as overdue." in paper.board.headline
    assert any("reviews overdue on 31 Mar 2026" in text for text in paper.board.asks)


def test_overdue_reviews_are_hidden_where_they_would_tell_of_a_few_who_have_none() -> None:
    """Of 20 people 19 have a late review: whoever knows both numbers knows of the one who has none."""
    paper = kit.whole(reviewed(19, 20))
    number, late = paper.board.caseload.rows[-3][1], late_rows(paper)["mental-capacity review overdue"]
    assert "*" in (number, late), (number, late)
    none = kit.whole(with_support(offers(20)))
    assert set(late_rows(none).values()) == {"not recorded"}
    assert "no mental-capacity review is recorded" in " ".join(none.board.headline)


def test_how_many_first_places_rest_on_a_risk_that_nobody_graded_is_said() -> None:
    by_rank = pl.when(pl.col("rank") <= 11).then(pl.lit("not assessed")).otherwise(pl.lit("clinical"))
    tables = {**kit.tables(), "ranked": kit.tables()["ranked"].with_columns(risk_source=by_rank)}
    paper = kit.whole(tables)
    (said,) = (text for text in paper.board.fairness if text.startswith("The risk of"))
    assert said.startswith("The risk of about 10 of the first 20 is graded and that of about 10 is not; for these")
    assert not any(RISK in row[0].lower() for row in paper.board.equality.rows), "it is no group of people"
    again = kit.whole(tables, before=kit.after(paper))
    assert said in again.board.fairness


def test_events_count_with_the_supported_in_the_months_in_which_there_was_support() -> None:
    """Somebody whose support has ended had what they had meanwhile as a supported person."""
    person = kit.ids(140)[0]
    rows = offers(12)
    rows[0] |= {"end": date(2025, 12, 17)}
    seen = adult_rows(frames.LAST, with_support(rows), kit.SETTINGS).filter(pl.col("person_id") == person)
    months = set(seen.filter("supported")["month"])
    assert months and months <= {(Month(2025, 3) + at).start for at in range(9)}
    after = seen.filter(pl.col("month") > date(2025, 11, 1))
    assert after.height and not after["supported"].any()
    rows[0] |= {"end": None, "consent": "withdrawn", "consent_at": date(2025, 6, 2)}
    seen = adult_rows(frames.LAST, with_support(rows), kit.SETTINGS).filter(pl.col("person_id") == person)
    assert max(seen.filter("supported")["month"]) < date(2025, 6, 1)


def judged(board: Board) -> dict[str, int]:
    """By characteristic, how many groups the table judges."""
    found: dict[str, int] = {}
    for kind, *_, finding in board.equality.rows:
        found[kind.lower()] = found.get(kind.lower(), 0) + (finding != "can't be judged")
    return found


def test_the_first_page_judges_as_many_groups_as_the_table() -> None:
    board = rich().board
    assert sum(judged(board).values()) > 2
    for kind, n in judged(board).items():
        of = sum(row[0].lower() == kind for row in board.equality.rows)
        text = f"by {kind}, where {n} of {of} recorded groups can be judged" if n else f"{kind}"
        assert any(text in one for one in board.fairness), (kind, n)


def test_a_comparison_says_both_sides_and_nobody_is_said_to_be_nobody() -> None:
    about = {"characteristic": "ethnicity", "people": "590", "flag": False, "low": 0.2, "high": 1.1}
    rows = [{**about, "group": "White British", "top": "10", "ratio": 0.47}]
    rows.append({**about, "group": "Black or Black British", "top": "0", "ratio": 0.0, "high": 2.3})
    said = findings(rows, 20)[0]
    assert "White British 0.5 times (0.2 to 1.1; all others are then 2.1 times as likely as they)" in said
    assert "Black or Black British none of them (0.2 to 2.3 times)" in said


def test_unsure_matches_and_whether_a_person_checked_them_are_said() -> None:
    row = {"measure": "pairs_in_doubt", "group": "all", "value": 266.0, "n": 16965, "basis": "count"}
    tables = {**kit.tables(), "link_quality": frames.frame(PUBLISHED["link_quality"], [row])}
    said = assurance.trust(tables, kit.first().released, [])[1]
    assert said.startswith(
        "Of the pairs of entries compared 1.6% are unsure and listed for a person to check (none checked so far)."
    )


def test_the_numbers_before_a_target_are_on_the_page_where_they_are_in_the_data_file() -> None:
    tables = dict(kit.tables())
    gone = (pl.col("dataset") == "s136") & (pl.col("month") > (frames.LAST - 6).start)
    tables["monthly_demand"] = tables["monthly_demand"].filter(~gone)
    few = tables["monthly_demand"].filter(pl.col("dataset") == "police_incident").head(3)
    tables["monthly_demand"] = pl.concat(
        [
            tables["monthly_demand"],
            few.with_columns(dataset=pl.lit("s136"), month=pl.lit(frames.LAST.start), n=pl.lit(1, pl.Int64)),
        ]
    ).unique(["person_id", "dataset", "month"], keep="last")
    paper = kit.whole(tables)
    assert any("can't be shown" in text for text in paper.board.target)
    assert any(
        text.startswith("In Oct 2024 to Sep 2025 (not a year of the tables) about ") for text in paper.board.target
    ), paper.board.target
    assert_same_everywhere(paper)


@pytest.mark.parametrize("made", [pytest.param(kit.first, marks=pytest.mark.slow), rich])
def test_every_figure_of_the_data_file_is_on_the_pages_too(made: Any) -> None:
    assert_same_everywhere(made())


def assert_same_everywhere(paper: job.MonthPaper) -> None:
    """Every cell of the data file stands in a table, a sentence or a chart of the paper, which the slides have too."""
    board, name = paper.board, f"board-paper-{paper.board.month}.csv"
    rows = [*csv.DictReader(io.StringIO(board_files(paper, {})[name].decode()))]
    cells = [row for row in rows if row["measure"] in ("events", "nights", "people", "places") and row["area"]]
    cells = [row for row in cells if row["shown"] != "not supplied"]
    assert len(cells) > 100
    assert [row for row in cells if row["shown"] not in ("*", "not shown") and not printed_at(board, row)] == []


def printed_at(board: Board, row: dict[str, str]) -> bool:
    """Whether the place where the paper has such a cell says the same."""
    text, group, dataset = thousands(row["shown"]), row["group"], row["dataset"]
    line = next((one for one in board.lines if one.dataset == dataset), None)
    words = " ".join(text for texts in board.sections.values() for text in texts)
    if dataset == ON_LIST and group.startswith(RISK):
        return text == "0" or about(text) in words
    if dataset == ON_LIST and "=" in group:
        at = 2 if row["measure"] == "people" else 3
        return any(one[1] == group.partition("=")[2] and one[at] == text for one in board.equality.rows)
    if dataset == ON_LIST:
        return any(one[1] == text for one in board.caseload.rows)
    if line is None or dataset == ANY or group.startswith(FIRST):
        return about(text) in words or text == "0"
    if row["from"] == row["to"]:
        months = [one[0] for one in board.recent.rows]
        return line.drawn or Month.parse(row["from"]).title in months
    demand = next((one for one in board.demand.rows if one[0] == line.title), ())
    years = next((one[1:3] for one in board.change.rows if one[0] == line.title), ())
    if row["measure"] == "people":
        return demand[4:5] == (text,)
    if group == EVERYBODY:
        return any(text == cell.split(" in ")[0] for cell in (*demand[3:4], *years)) or about(text) in " ".join(
            board.target
        )
    return text in demand[1:3]


def about(text: str) -> str:
    return f"bout {text}"


def test_a_run_of_unusual_months_is_said_with_the_change_of_policy_beside_it() -> None:
    months = [(Month(2022, 10) + at).start for at in range(42)]
    series = [(when, str(80 + 5 * (at % 2) if not 10 <= at < 17 else 130)) for at, when in enumerate(months)]
    line = figures.line("ed_attendance", series, [])
    (said,) = unusual([line], {"Right Care Right Person": date(2023, 7, 26)})
    assert said.startswith("ED attendances: higher than usual, Aug 2023 to Feb 2024, from about when Right Care")
    assert "can't tell whether that is why" in said
    assert unusual([line], {"Later": date(2025, 7, 26)}) == (
        "ED attendances: higher than usual, Aug 2023 to Feb 2024.",
    )
    assert unusual([figures.line("ed_attendance", series[:10], [])], {}) == ()


def test_the_picture_of_the_evaluation_has_the_range_of_its_sentence() -> None:
    found = Evaluation(
        "", people=30, observed=201, expected=326, low=-0.65, high=0.1, power=0.2, unaided=-0.3, left_out={}
    )
    answer = answers._answer(found, answers._cells(frames.LAST, [6.7] * 30), ())
    assert answer.bars and answer.bars.ranges == ((180, 570), None)  # 200 / 1.10 and 200 / 0.35
    assert answer.sentences[2].endswith("no reliable difference, which does not mean that support had no effect.")
    assert "(180 to 570)" in _bars(answer.bars)
    assert _labelled(answer.bars, 0) == "Expected without support (180 to 570 by chance)"
    kept = answer.kept()["bars"]
    assert isinstance(kept, dict) and Bars(**kept).ranges


def test_unit_costs_that_no_document_bears_out_are_named_in_the_paper() -> None:
    table = costs()
    last = {row[0]: row[2] for row in definitions(Settings(name="x"), table).rows}["Indicative cost"]
    for agency, source in table.units.select("agency", "source").iter_rows():
        assert (agency in last) is source.startswith("No document is on record"), agency
    sourced = replace(table, units=table.units.with_columns(source=pl.lit("Our finance team, 2026")))
    assert "no document" not in str(definitions(Settings(name="x"), sourced).rows)


def test_what_the_service_costs_stands_apart_from_what_people_used() -> None:
    grid, bars = figures.cost({"police_incident": "100"}, costs().units, {})
    used, own = figures.cost_sentences(grid, "£210,000", costs().unsourced)
    assert "No document is on record for the unit costs behind 100% of it." in used
    assert "No document" not in figures.cost_sentences(grid, "", ())[0]
    assert "£210,000" not in used and own.startswith("The service itself: £210,000.")
    assert "Prices go back to 2011" in used
    assert not bars.alt.rstrip(". ").endswith(":") and "£" in bars.alt


def test_what_the_paper_does_not_count_is_said() -> None:
    said = " ".join([*kit.paper().suppressed, *kit.paper().fairness])
    for words in ("how many people the meetings discussed", "how long people waited", "not shown by group"):
        assert words in said


def test_the_share_of_those_supported_is_that_of_the_table_by_agency() -> None:
    paper = kit.paper()
    said = next(text for text in paper.fairness if "People being supported" in text)
    shown = [row for row in paper.demand.rows if row[1].isdigit() and row[3].replace(",", "").isdigit()][:3]
    assert shown
    for name, some, _, whole, *_ in shown:
        share = int(some) / int(whole.replace(",", ""))
        assert f"{name[0].lower() if name[:2] != 'ED' else name[0]}{name[1:]} {share:.0%}" in said


def test_the_middle_grading_of_a_list_that_is_all_graded_is_said_of_none() -> None:
    paper = kit.whole({**kit.tables(), "ranked": kit.tables()["ranked"].with_columns(risk_source=pl.lit("clinical"))})
    assert any("is graded and that of none is not" in text for text in paper.board.fairness)
    assert {cell.group for cell in paper.cells if cell.group.startswith(RISK)} == {f"{RISK}={GRADED}"}
