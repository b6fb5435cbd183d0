"""Numbers missing of one person in months that were supplied: never nought in points, range, label or words."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from rank_area import MARCH, SETTINGS, coverage, demand, inputs, months

from hiu.model.missing import missing_sentences
from hiu.rank import rank
from hiu.rank.listing.history import history
from hiu.rank.listing.intensity import points
from hiu.rank.listing.labels import dispersion, labels
from hiu.settings import Labels

POLICE, AMBULANCE, ED = "police_incident", "ambulance_deployment", "ed_attendance"


def without(table: pl.DataFrame, person: str, dataset: str, last: int) -> pl.DataFrame:
    """The demand with null cells for the last so many months of one person and data set."""
    days = [month.start for month in months(last)]
    cell = (pl.col("person_id") == person) & (pl.col("dataset") == dataset) & pl.col("month").is_in(days)
    null = [{"person_id": person, "month": day, "dataset": dataset, "n": None, "supplied": False} for day in days]
    return pl.concat([table.filter(~cell), pl.DataFrame(null, schema=table.schema)])


def missing(*cells: tuple[str, str, int, str]) -> pl.DataFrame:
    """(person, data set, months ago, reason) as a table missing_count."""
    rows = [
        {"person_id": person, "month": (MARCH - ago).start, "dataset": dataset, "sources": "ed", "reason": reason}
        for person, dataset, ago, reason in cells
    ]
    return pl.DataFrame(rows)


def label(table: pl.DataFrame, person: str = "A") -> tuple[str, str]:
    found = labels(history(pl.Series(["A", "B"]), MARCH, table, coverage()), Labels(), 1.5)
    return found.label[0 if person == "A" else 1], found.sentence[0 if person == "A" else 1]


def test_a_missing_number_takes_the_persons_own_average_of_the_months_that_are_there() -> None:
    table = without(demand({"A": {ED: [4] * 24}, "B": {ED: [4] * 24}}), "A", ED, 3)
    scored = points(history(pl.Series(["A", "B"]), MARCH, table, coverage()), {ED: 1.0}, 3)
    assert scored.s[0, -3:].tolist() == [4, 4, 4]
    assert scored.S[0] == pytest.approx(scored.S[1])
    assert scored.lacking.tolist() == [True, False]
    assert scored.least[0] < scored.S[0] <= scored.most[0] and scored.least[1] == scored.most[1] == scored.S[1]


def test_a_number_missing_before_the_last_year_is_no_estimate_of_the_place() -> None:
    table = demand({"A": {ED: [4] * 24}})
    old = table.with_columns(n=pl.when(pl.col("month") == (MARCH - 20).start).then(None).otherwise("n"))
    scored = points(history(pl.Series(["A"]), MARCH, old, coverage()), {ED: 1.0}, 3)
    assert scored.lacking.tolist() == [False]


@pytest.mark.parametrize("last", [1, 2, 3])
def test_nobody_is_quiet_for_the_want_of_numbers(last: int) -> None:
    quiet = demand({"A": {ED: [1] * 21 + [0, 0, 0]}, "B": {ED: [1] * 21 + [0, 0, 0]}})
    assert label(quiet)[0] == "QUIET"
    name, said = label(without(quiet, "A", ED, last))
    assert name != "QUIET" and "Without ED attendances" in said
    assert label(without(quiet, "A", ED, last), "B")[0] == "QUIET"


def test_nobody_is_quiet_whose_numbers_are_missing_for_a_whole_year() -> None:
    table = without(demand({"A": {ED: [1] * 12, POLICE: [1] + [0] * 23}, "B": {POLICE: [1] * 24}}), "A", ED, 12)
    assert label(table)[0] != "QUIET"


@pytest.mark.parametrize("last", [1, 3, 6])
def test_nobody_improves_for_the_want_of_numbers(last: int) -> None:
    falling = demand({"A": {ED: [8] * (24 - last) + [0] * last}, "B": {ED: [8] * 24}})
    assert label(without(falling, "A", ED, last))[0] not in ("DE-ESCALATING", "FALLING", "QUIET")


def test_an_earlier_month_without_a_number_is_left_out_of_the_comparison() -> None:
    table = demand({"A": {ED: [2] * 24}, "B": {ED: [2] * 24}})
    gap = table.with_columns(
        n=pl.when((pl.col("person_id") == "A") & (pl.col("month") == (MARCH - 8).start)).then(None).otherwise("n")
    )
    assert label(gap)[1] == "6 contacts in 3 months; 6 would be usual, going by 11 months of Jan to Dec 2025."
    assert label(gap, "B")[1] == "6 contacts in 3 months; 6 would be usual, going by Jan to Dec 2025."


def test_missing_numbers_are_no_ups_and_downs_of_the_list() -> None:
    steady = demand({name: {ED: [5] * 24} for name in "AB"})
    gaps = steady.filter(~((pl.col("person_id") == "A") & (pl.col("month") < (MARCH - 8).start)))
    null = gaps.vstack(
        pl.DataFrame(
            [("A", (MARCH - ago).start, ED, None, False) for ago in range(9, 15)], schema=gaps.schema, orient="row"
        )
    )
    past = history(pl.Series(["A", "B"]), MARCH, null, coverage())
    assert dispersion(past, np.array([True, True])) == 1.0


def area(**more: pl.DataFrame) -> pl.DataFrame:
    people = {f"P{at:02}": {ED: [at % 7 + 1] * 24, POLICE: [1] * 24} for at in range(40)}
    table = more.pop("table", demand(people))
    return rank(**{**inputs(people), "demand": table, "settings": SETTINGS, **more}).ranked  # type: ignore[arg-type]


def test_the_range_allows_for_what_the_numbers_may_be_and_the_sentence_says_them() -> None:
    people = {f"P{at:02}": {ED: [at % 7 + 1] * 24, POLICE: [1] * 24} for at in range(40)}
    whole = area().filter(person_id="P20").row(0, named=True)
    table = without(demand(people), "P20", ED, 3)
    cells = missing(*[("P20", ED, ago, "suppressed") for ago in range(3)])
    row = area(table=table, missing=cells).filter(person_id="P20").row(0, named=True)
    assert row["estimated"] and not whole["estimated"]
    assert row["rank_low"] <= whole["rank_low"] and row["rank_high"] >= whole["rank_high"]
    assert "Jan 2026 to Mar 2026" in row["sentence"] and "suppressed by the sender" in row["sentence"]
    others = area(table=table, missing=cells).filter(pl.col("person_id") != "P20")
    assert not others["sentence"].str.contains("for this person").any()


def test_a_place_on_the_line_is_not_sure_while_numbers_are_missing() -> None:
    people = {f"P{at:02}": {ED: [30] * 24, POLICE: [1] * 24} for at in range(3)}
    people |= {f"Q{at:02}": {ED: [3] * 24} for at in range(40)}
    table = without(demand(people), "P00", ED, 12)
    ranked = rank(**{**inputs(people), "demand": table, "settings": SETTINGS}).ranked
    first, sound = (ranked.filter(person_id=name).row(0, named=True) for name in ("P00", "P01"))
    assert (sound["certainty"], first["certainty"]) == ("A", "B")
    assert first["rank_low"] <= 3 and first["rank_high"] > 20


def test_the_words_name_each_data_set_reason_and_month() -> None:
    said = missing_sentences(
        missing(
            ("A", ED, 0, "suppressed"),
            ("A", ED, 2, "suppressed"),
            ("A", POLICE, 1, "empty"),
            ("B", ED, 13, "set_aside"),
        ),
        MARCH,
    )
    assert said == {
        "A": "2 months of ED attendances for this person were suppressed by the sender (Jan 2026, Mar 2026): missing, "
        "not nought. 1 month of police incidents for this person was sent without a number (Feb 2026): missing, not "
        "nought. "
        "Read any total that includes such a month as 'at least'."
    }
