"""Words and figures of a list agree, on 500 simulated people: long stays, joiners, gaps, under-18s, the deceased."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from rank_area import MARCH, SETTINGS, coverage, demand, gradings, inputs, people

from hiu.model import GOING_DOWN, GOING_UP
from hiu.model.words import MANY, one
from hiu.rank import changes, rank
from hiu.rank.listing.history import history
from hiu.rank.listing.intensity import fit, points
from hiu.rank.listing.ranking import recount
from hiu.rank.listing.reasons import Moves

PEOPLE, TOP = 500, 20
CONTACTS = ("police_incident", "ambulance_deployment", "ed_attendance")
NAMED = {word: name for name in MANY for word in (name, MANY[name], one(name))} | {
    "nights in hospital": "mh_bed_day",
    "night in hospital": "mh_bed_day",
}
GAPS = (("s136", MARCH - 1), ("ambulance_deployment", MARCH - 5))


def simulated(seed: int) -> tuple[dict[str, dict[str, list[int]]], dict[str, Any]]:
    """Counts of 24 months, and what else a list is made from."""
    dice = random.Random(seed)
    counts: dict[str, dict[str, list[int]]] = {}
    for k in range(PEOPLE):
        level, begun = dice.choice((0.2, 0.5, 1, 3, 6)), dice.choice((0, 0, 0, 12, 20))
        months = [[0] * begun + [round(dice.expovariate(1 / level)) for _ in range(24 - begun)] for _ in CONTACTS]
        own = dict(zip(CONTACTS, months, strict=True))
        if k % 7 == 0:
            start = dice.randrange(14, 24)
            own["mh_bed_day"] = [28 if start <= t < start + 1 + k % 4 else 0 for t in range(24)]
        own["s136"] = [int(dice.random() < 0.05) for _ in range(24)]
        counts[f"P{k:03}"] = own
    names = list(counts)
    dob = {name: date(2012, 1, 1) for name in names[::25]}
    died = {name: date(2026, 1, 9) for name in names[3::60]}
    graded = gradings(
        *((n, date(2025, 6, 1), "clinical", dice.randint(1, 5), dice.randint(1, 5), None) for n in names[::3])
    )
    return counts, {"people": people(names, dob=dob, died=died), "gradings": graded}


@pytest.fixture(scope="module")
def area() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, dict[str, dict[str, list[int]]]]:
    """The list, last month's, and what changed; two months of two sources were not supplied."""
    counts, more = simulated(7)
    given = inputs(counts, demand=_without(demand(counts)), coverage=coverage(24, GAPS), **more)
    now, before = (rank(**{**given, "month": MARCH - back}).ranked for back in (0, 1))
    moves = Moves.of(now["person_id"], MARCH, given["demand"], given["coverage"], SETTINGS.rank)
    return now, before, changes(now, before, month=MARCH, places=TOP, moves=moves), counts


def _without(rows: pl.DataFrame) -> pl.DataFrame:
    """Nothing of a month that was not supplied."""
    gaps = pl.DataFrame([(name, month.start) for name, month in GAPS], schema=["dataset", "month"], orient="row")
    return rows.join(gaps, on=["dataset", "month"], how="anti")


def test_moves_say_what_the_ranks_say(area: Any) -> None:
    now, before, found, _ = area
    ranks_now, ranks_was = (dict(frame.select("person_id", "rank").rows()) for frame in (now, before))
    assert found.height > TOP
    for row in found.iter_rows(named=True):
        place, was = ranks_now.get(row["person_id"]), ranks_was.get(row["person_id"])
        assert (row["rank_now"], row["rank_before"]) == (place, was)
        if row["kind"] in ("rising", "falling"):
            assert (place < was) == (row["kind"] == "rising") and place <= TOP and was <= TOP
            assert row["what"].startswith("Up" if place < was else "Down")
        if row["kind"] in ("new", "returned"):
            assert place <= TOP and (was is None or was > TOP)
        if row["kind"] == "left":
            assert was <= TOP and (place is None or place > TOP)


def test_reasons_say_what_the_figures_say(area: Any) -> None:
    now, before, found, counts = area
    rows_now, rows_was = ({row["person_id"]: row for row in frame.iter_rows(named=True)} for frame in (now, before))
    seen = set()
    for change in found.iter_rows(named=True):
        row, was = rows_now.get(change["person_id"]), rows_was.get(change["person_id"])
        if row is None or was is None:
            continue
        up = change["kind"] in ("rising", "new", "returned")
        if less := re.search(r"intensity (rose|fell) too, but by less: from ([\d.]+) to ([\d.]+\d)", change["what"]):
            quoted = tuple(float(figure) for figure in less.groups()[1:])
            assert quoted == pytest.approx((was["intensity"], row["intensity"]), abs=0.06)
            assert (less[1] == "rose") == (row["intensity"] > was["intensity"]) == (not up)
        score = re.search(r"over (3|12) months(, [^:;]*:)? severity score ([\d.]+), was ([\d.]+)", change["what"])
        if score:
            quoted = tuple(float(figure) for figure in score.groups()[2:])
            own = tuple(one[f"points_{score[1]}"] for one in (row, was))
            assert quoted == pytest.approx(own, abs=0.5)
            assert (own[0] > own[1]) == up, change["what"]
        if score and score[2]:
            seen.add("up" if up else "down")
            _parts_make_the_score(change["what"], row, was, int(score[1]), counts[change["person_id"]])
        if "this person changed little" in change["what"]:
            assert abs(row["expected_points"] / was["expected_points"] - 1) < 0.12
        against = GOING_UP if change["kind"] in ("falling", "left") else GOING_DOWN
        assert (row["label"] in against) == ("The label compares" in change["what"])
    assert seen == {"up", "down"}, "both were tried"


def _parts_make_the_score(what: str, row: Any, was: Any, span: int, own: dict[str, list[int]]) -> None:
    """The parts named are those of the person's months, and together they are what the score moved by."""
    weights, total = SETTINGS.rank.weights.by_dataset(), 0.0
    for now, words, then in re.findall(r"(?<=[ ,])(\d+) ([a-zA-Z][a-zA-Z0-9 -]*?) \(was (\d+)[,)]", what):
        name = NAMED[words]
        months = own.get(name, [0] * 24)
        assert (int(then), int(now)) == (sum(_sent(name, months)[-span - 1 : -1]), sum(_sent(name, months)[-span:]))
        total += weights[name] * (int(now) - int(then))
    assert total == pytest.approx(row[f"points_{span}"] - was[f"points_{span}"]), what


def test_the_reason_named_first_changed_the_score_most() -> None:
    """500 moves and more: the score without each change, worked out apart from the reasons."""
    tried, kinds = 0, set()
    for seed in (7, 8):
        counts, more = simulated(seed)
        dice = random.Random(seed)
        was = {name: {d: list(n) for d, n in by.items()} for name, by in counts.items()}
        for name in list(was)[::4]:  # what has been corrected since the list of last month
            was[name]["police_incident"][22 - dice.randrange(5)] += dice.choice((-2, -1, 2, 6, 12))
            was[name]["police_incident"] = [max(0, n) for n in was[name]["police_incident"]]
        regraded = gradings(
            *more["gradings"].select(*more["gradings"].columns[:6]).rows(),
            *((n, date(2026, 3, 9), "clinical", dice.randint(1, 5), 3, None) for n in list(counts)[::5]),
        )
        now = inputs(counts, **{**more, "gradings": regraded})
        before = rank(**{**inputs(was, **more), "month": MARCH - 1}).ranked
        listed = rank(**now).ranked
        again = recount(month=MARCH - 1, settings=SETTINGS, **{k: now[k] for k in ("demand", "coverage", "people")})
        moves = Moves.of(listed["person_id"], MARCH, now["demand"], now["coverage"], SETTINGS.rank)
        found = changes(listed, before, month=MARCH, places=PEOPLE, recounted=again, moves=moves)
        rows = [{row["person_id"]: row for row in frame.iter_rows(named=True)} for frame in (listed, before, again)]
        ids = listed["person_id"].sort()
        effects = _effect_of_each(ids, now)
        for change in found.filter(pl.col("rank_now").is_not_null(), pl.col("rank_before").is_not_null()).iter_rows(
            named=True
        ):
            row, old, then = (by.get(change["person_id"]) for by in rows)
            assert row and old and then
            way, reason = (1 if row["rank"] < old["rank"] else -1), change["what"].partition(": ")[2]
            if reason.removeprefix("mostly ").startswith("others moved"):
                step = way * (row["intensity"] / old["intensity"] - 1)
                same = (listed.filter(list=row["list"])["intensity"] > old["intensity"]).sum() - (
                    row["intensity"] > old["intensity"]
                )
                assert step < 0.021 or same + 1 == row["rank"], change["what"]
                continue
            each = {name: way * by[change["person_id"]] for name, by in effects.items()}
            quiet = way < 0 and not any(own[-1] for own in counts[change["person_id"]].values())
            parts = {"since": sum(each.values()) if quiet else max(each.values())}
            parts["corrected"] = way * (then["expected_points"] - old["expected_points"])
            if all(abs(then[f"points_{k}"] - old[f"points_{k}"]) < 1e-6 for k in (3, 12)):
                parts = {"since": parts["since"], "corrected": 0.0}
            parts = {name: effect * row["risk"] for name, effect in parts.items()}
            parts["risk"] = way * (row["risk"] - old["risk"]) * row["expected_points"]
            kind = {
                "corrected data": "corrected",
                "last month's": "corrected",
                "risk regraded": "risk",
                "other people": "risk",
            }
            named = next((name for words, name in kind.items() if reason.startswith(words)), "since")
            assert parts[named] >= max(parts.values()) - 0.03 * old["intensity"], (change["what"], parts)
            main = re.match(r"over \d+ months, \d+ ([a-zA-Z0-9 -]+?) \(was", reason)
            main = main or re.match(r"([a-z0-9A-Z -]+?) are (?:more recent|longer ago)", reason)
            if main:
                assert each[NAMED[main[1]]] >= max(each.values()) - 0.03 * old["expected_points"], change["what"]
            tried, kinds = tried + 1, kinds | {reason.split()[0]}
    assert tried >= 500 and {"over", "last", "risk"} <= kinds


def _effect_of_each(ids: pl.Series, now: dict[str, Any]) -> dict[str, dict[str, float]]:
    """By data set and person: how many points more are expected than if its months stood as they did a month ago."""
    past, weights = history(ids, MARCH, now["demand"], now["coverage"]), SETTINGS.rank.weights.by_dataset()
    scored = points(past, weights, SETTINGS.rank.half_life)
    fitted = fit(scored)
    out = {}
    for d, name in enumerate(past.datasets):
        own = past.cells.d == d
        cells = replace(past.cells, t=past.cells.t + own)
        cells = cells.where(cells.t < len(past.months))
        S = points(replace(past, cells=cells), weights, SETTINGS.rank.half_life).S
        more = fitted.expected(scored.S, scored.n) - fitted.expected(S, scored.n)
        out[name] = dict(zip(ids, more, strict=True))
    return out


def _sent(name: str, months: list[int]) -> list[int]:
    """The months as they were supplied: nothing of the gaps."""
    gaps = {23 - MARCH.since(month) for gap, month in GAPS if gap == name}
    return [0 if at in gaps else n for at, n in enumerate(months)]


def test_labels_and_sentences_agree_with_the_counts(area: Any) -> None:
    now, _, _, counts = area
    for row in now.iter_rows(named=True):
        own, sentence = counts[row["person_id"]], row["label_sentence"]
        nights = own.get("mh_bed_day", [0])[-1]
        assert (row["label"] == "IN HOSPITAL") == (nights >= 15 and row["label"] != "NEW")
        if found := re.match(r"(\d+|No) contacts? in 3 months", sentence):
            assert int(found[1].replace("No", "0")) == row["contacts_3"] == sum(sum(own[d][-3:]) for d in CONTACTS)
        if row["label"] == "QUIET":
            assert row["contacts_3"] == 0
        compared = re.search(
            r"^(\d+|No) contacts? in \d+ months?;(?: (\d+) of them compared,)? ([\d.]+) expected", sentence
        )
        if compared and row["label"] in ("ESCALATING", "RISING", "DE-ESCALATING", "FALLING"):
            part = int(compared[2] or compared[1].replace("No", "0"))
            assert (part > float(compared[3])) == (row["label"] in ("ESCALATING", "RISING")), sentence


def test_estimated_is_said_of_those_whose_missing_months_were_filled_and_of_no_others(area: Any) -> None:
    now, _, _, counts = area
    for row in now.iter_rows(named=True):
        assert ("Estimated in part" in row["sentence"]) == row["estimated"]
        if row["estimated"]:
            own = counts[row["person_id"]]
            assert any(sum(own.get(name, [0])) for name, _ in GAPS), "who was never seen there has nothing filled"


def test_a_rank_lies_in_its_plausible_range_and_the_sentence_gives_that_range(area: Any) -> None:
    now, _, _, _ = area
    for row in now.iter_rows(named=True):
        low, high = row["rank_low"], row["rank_high"]
        assert low <= row["rank"] <= high
        words = f"; rank {low}; " if low == high else f"; plausible rank {low} to {high}; "
        assert words in row["sentence"]


def test_a_list_counted_again_gives_the_figures_that_reasons_compare(area: Any) -> None:
    now, before, _, counts = area
    more = {"demand": _without(demand(counts)), "coverage": coverage(24, GAPS), "people": simulated(7)[1]["people"]}
    again = recount(month=MARCH - 1, settings=SETTINGS, **more)
    both = before.join(again, on="person_id", suffix="_again")
    assert both.height == before.height
    for name in ("contacts_3", "contacts_12"):
        assert (both[name] == both[f"{name}_again"]).all()
    assert changes(now, before, month=MARCH, places=TOP, recounted=again.with_columns(pl.col("points_12") + 1)).height
