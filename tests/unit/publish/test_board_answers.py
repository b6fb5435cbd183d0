"""What a commissioner asks of the board paper: change, trust, fairness, harm, what is asked; and that it adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

import board_kit as kit
import polars as pl
import publish_frames as frames
import pytest

from hiu.errors import HiuError
from hiu.govern.release.cells import ANY
from hiu.model import PUBLISHED
from hiu.publish.board.change import ALL, Change, change_sentences, change_table
from hiu.settings import Paper
from pipelines.papers.commissioner import assurance, equality
from pipelines.papers.commissioner import board as job
from pipelines.papers.commissioner.cells import adult_rows
from pipelines.papers.commissioner.changes import change_of


def change(**more: Any) -> Change:
    about: dict[str, Any] = {
        "dataset": "ed_attendance",
        "month": frames.LAST,
        "years": ("935", "1000"),
        "absent": ((), ()),
        "change": (0.07, -0.04, 0.19),
        "last": ("80", "90"),
        "usual": "usual variation",
    }
    return Change(**about | more)


def test_a_rise_on_the_year_before_is_in_a_table_and_in_a_sentence_with_its_chance() -> None:
    grid = change_table([change()], frames.LAST)
    assert grid.rows == (
        ("ED attendances", "935", "1,000", "+7% (-4% to +19%)", "no, may be chance", "80", "90", "usual variation"),
    )
    assert change_sentences([change()]) == (
        f"{ALL}: no figure changed by more than chance could explain. ED attendances up 7% (935 to 1,000; range -4% to "
        "+19%).",
    )
    real = change_sentences([change(change=(0.3, 0.1, 0.5))])
    assert real == (
        f"{ALL}: ED attendances up 30% (935 to 1,000; range +10% to +50%), more than chance alone explains.",
    )


def test_a_year_that_lacks_months_says_so_and_is_compared_by_the_month() -> None:
    one = change(years=("35", "25"), absent=((), ("May 2025",)), change=change_of(35, 25, 12, 11, 2.0))
    assert change_table([one], frames.LAST).rows[0][2] == "25 in 11 months"
    (sentence,) = change_sentences([one])
    assert "down 22% for each supplied month (35 to 25 in 11 months; range" in sentence
    hidden = change(change=None, years=("*", "40"))
    assert (
        "can't be judged" in change_sentences([hidden])[0]
        and "* = one or more, not shown" in change_table([hidden], frames.LAST).note
    )
    assert "*" not in change_table([change()], frames.LAST).note, "no legend where nothing is hidden"


def test_the_range_of_a_change_holds_the_truth_about_95_times_in_100() -> None:
    import numpy as np

    dice, inside = np.random.default_rng(5), 0
    for _ in range(400):
        totals = [round(int(dice.poisson(mean)) / 5) * 5 for mean in (300, 240)]
        _, low, high = change_of(*totals, 12, 12, 1.0)
        inside += low <= -0.2 <= high
    assert 0.92 <= inside / 400 <= 0.985


@cache
def rich() -> job.MonthPaper:
    """The paper of a site that records harm and actions, gives further groups, and lacks a month of detentions."""
    people = kit.ids(140)
    rows = [
        {"incident_id": f"i{at}", "person_id": people[at] if at % 3 else None, "kind": kind, "at": datetime(2026, 1, 9)}
        for at, kind in enumerate(["death"] * 3 + ["complaint"] * 14)
    ]
    due = {"delivery_id": "d", "due": date(2026, 2, 1)}
    actions = pl.DataFrame([{"action_id": f"a{at}", "source_row": at, **due} for at in range(11)])
    gone = (pl.col("dataset") == "s136") & (pl.col("month") == (frames.LAST - 2).start)
    kept = pl.when(gone).then(False).otherwise(pl.col("supplied"))
    more = {
        "incident_judged": pl.DataFrame(rows),
        "action": actions.with_columns(done_at=pl.lit(None, pl.Datetime)),
        "groups": pl.DataFrame(
            {"person_id": people, "ethnic_group": ["Rare"] * 3 + ["Asian", "White"] * 68 + ["White"]}
        ),
        "coverage": kit.tables()["coverage"].with_columns(supplied=kept),
    }
    hands = {"owner": "Programme lead", "contact": "hiu@example.org", "made_by": "Analyst", "checked_by": "IG lead"}
    own = Paper(**hands, decide_by="the board of 14 May 2026", service_cost="£210,000 in 2025/26 (budget)")
    return kit.whole({**kit.tables(), **more}, settings=kit.SETTINGS.model_copy(update={"paper": own}))


def test_groups_are_of_the_same_people_as_the_first_page() -> None:
    """And incidents make nobody one of them."""
    year = pl.col("month") > (frames.LAST - 12).start
    records = adult_rows(frames.LAST, kit.tables(), kit.SETTINGS).filter(year)["person_id"].n_unique()
    cells = [cell for cell in rich().cells if cell.measure == "people" and cell.less is None]
    assert [cell.value for cell in cells if cell.dataset == ANY] == [records]
    for kind in ("sex=", "age=", "ethnic_group="):
        assert sum(cell.value for cell in cells if cell.group.startswith(kind)) == records, kind


def test_mean_and_limits_are_the_same_in_words_and_on_the_chart() -> None:
    drawn = [line for line in rich().board.lines if line.drawn]
    assert drawn
    for line in drawn:
        assert f"usually {line.mean:,.0f}, limits {line.lower:,.0f} to {line.upper:,.0f}" in line.sentence
        assert all(value == round(value) for one in line.limits for value in one)


def test_deaths_and_complaints_are_counted_under_the_rules_and_the_next_paper_repeats_them() -> None:
    (counts,), (actions,) = rich().board.harm, rich().board.actions
    assert "Deaths fewer than 8, or not shown; Serious incidents none; Complaints about 15" in counts
    assert actions == "Action log: open about 10, overdue about 10."
    again = kit.whole(kit.tables(), before=kit.after(rich()))
    assert not again.released.solved.refused and "not counted in the system" in again.board.harm[0]


def test_ethnic_group_is_shown_where_given_and_small_groups_are_merged() -> None:
    rows = {row[1] for row in rich().board.equality.rows if row[0] == "Ethnic group"}
    assert {"Asian", "White"} <= rows and "Rare" not in rows
    assert not any("no agency supplied them" in text for text in rich().board.fairness)


def test_who_brings_the_equality_check_is_a_decision_where_groups_cannot_be_judged() -> None:
    made = rich().board
    assert any("no recorded group can be judged" in text for text in made.fairness)
    assert any("Decide who brings you the organisation's own equality check" in text for text in made.asks)


def test_owner_contact_and_own_cost_are_printed_and_bear_on_no_figure() -> None:
    made = rich().board
    said = "Owner: Programme lead. Questions to: hiu@example.org. Made by: Analyst. Checked by: IG lead."
    assert made.asks[-1] == said and made.asks[0] == "For decision by the board of 14 May 2026:"
    for words, passed in (("the board of 14 May 2026", True), ("4 June 2026", False), ("soon", False)):
        late = assurance._passed(words, date(2026, 5, 30))
        assert late == (", which had passed when this was built (30 May 2026): set a new date" if passed else "")
    assert any("The service itself: £210,000 in 2025/26 (budget)." in text for text in made.headline)
    assert made.settings_version == kit.SETTINGS.version


def test_matching_is_said_with_its_range_and_of_few_rows_not_at_all() -> None:
    about = {"group": "all", "low": 0.987, "high": 0.996, "basis": "model"}
    rows = [
        {"measure": "precision", "value": 0.9985, "n": 12000, **about},
        {"measure": "recall", "value": 0.993, "n": 12000, **about},
    ]
    rows.append({"measure": "rows_naming_nobody", "group": "all", "value": 356.0, "n": 12000, "basis": "count"})
    tables = {**kit.tables(), "link_quality": frames.frame(PUBLISHED["link_quality"], rows)}
    found = assurance.trust(tables, rich().released, ["ed_attendance"])
    assert "99.3% (98.7% to 99.6%) of a person's entries are found together" in found[0]
    assert found[1] == "Every agency supplied each of the last 12 months." and found[2].startswith(
        "3% of entries name nobody"
    )
    few = tables["link_quality"].with_columns(n=pl.lit(90, pl.Int64))
    assert "not estimated" in assurance.trust({**tables, "link_quality": few}, rich().released, [])[0]


def test_months_not_supplied_stand_wherever_their_total_does() -> None:
    made = rich().board
    beside = [made.cost.note, *(row[-1] for row in made.demand.rows if row[0].startswith("Section")), made.target[1]]
    beside += [next(text for text in made.trust if "Not supplied" in text), made.asks[1]]
    assert len(beside) == 5 and all("Jan 2026" in text for text in beside), beside


def test_groups_are_not_counted_twice_in_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    before = kit.after(rich())
    monkeypatch.setattr(job, "past", lambda *_: replace(before, ground=None))
    monkeypatch.setattr(job, "published_tables", lambda *_: kit.tables())
    monkeypatch.setattr(job, "for_board", lambda *_: (dict(kit.tables()), 0, ()))

    class Site:
        settings = kit.SETTINGS

        def which(self, _: str | None) -> tuple[Any, Any]:
            return frames.LAST, None

    site: Any = Site()
    with pytest.raises(HiuError, match="counted once in 12 months"):
        job.board(site, None, kit.NOW, pl.DataFrame({"person_id": ["x"]}))


def test_groups_of_deprivation_go_from_the_most_deprived_to_the_least() -> None:
    values = ("2", "3", "4", "least deprived", "most deprived", "not recorded")
    texts = {(f"deprivation={value}", measure): "50" for value in values for measure in ("people", "places")}
    rows = equality._rows("deprivation", texts, 20)
    assert [row["group"] for row in rows] == ["most deprived", "2", "3", "4", "least deprived", "not recorded"]


def test_the_paper_says_first_what_the_service_is_and_for_whom() -> None:
    assert job.WHAT_IT_IS in kit.paper().headline[:2]
