"""What differs from last month's list, with a plain reason for every move.

The list is the first N places of the adults, and those of the under-18s apart. The reason of a move that is named
first is the one that changed the score most: the score is worked out without each of the parts of the person's own
score that moved, corrected data, records joined or split, and another grading. Where the score moved the other way, or
the place would be the same without its move, others did it. A change label compares with the 12 months before, so it
may point the other way: then the reason says so.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import log
from typing import Any

import polars as pl

from hiu.model import ALIASES, CHANGES, GOING_DOWN, GOING_UP, many
from hiu.model.frames import schema
from hiu.model.grades import NOT_ASSESSED
from hiu.month import Month
from hiu.rank.listing.ranking import Ranking
from hiu.rank.listing.reasons import Moves
from hiu.rank.listing.sentence import amount, ordinal

Row = dict[str, Any]
LISTS = {"adult": "", "under_18": " of the under-18s"}
"""Each list, and what is said of a place on it."""
ELSEWHERE = {"adult": "listed with the under-18s", "under_18": "listed with the adults"}
"""Why somebody is no more on a list, who is on the other."""
_SMALL = 0.02
"""Step of the logarithm of a score below which it is the list's constants that shifted."""
_ALIKE = 0.75
"""Share of the first reason from which the second is no smaller one to a reader."""
_MOVED = {True: "moved down or left the list", False: "moved up"}
"""What others did if the person went up, or down."""


@dataclass
class _ChangeRows:
    """Rows of model.CHANGES as they are found."""

    rows: list[Row] = field(default_factory=list)

    def add(self, kind: str, person: str | None, what: str, before: int | None = None, now: int | None = None) -> None:
        self.rows.append({"kind": kind, "person_id": person, "what": what, "rank_before": before, "rank_now": now})


def changes(
    now: Ranking | pl.DataFrame,
    before: pl.DataFrame | None,
    *,
    month: Month,
    places: int,
    aliases: pl.DataFrame | None = None,
    restated: pl.DataFrame | None = None,
    earlier: Collection[str] = (),
    recounted: pl.DataFrame | None = None,
    moves: Moves | None = None,
    absent: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """Changes as model.CHANGES, in the order of its kinds, then by rank.

    `before` is last month's ranked table (None: the first list, nothing to compare); `places` is N;
    `aliases` has the columns of model.ALIASES (only this month's are news); `restated` has month
    (date), dataset, added, removed; `earlier` holds ids that were on some list before last month's;
    `recounted` is last month's list built again from today's data (as ranking.recount gives it): where it
    differs from `before`, that person's figures were restated. `moves` measures and names the parts of a score that
    moved (without it no part is named); `absent` holds why somebody is in no list any more, by id, in words.
    """
    ranked = now.ranked if isinstance(now, Ranking) else now
    ledger = pl.DataFrame(schema=schema(ALIASES)) if aliases is None else aliases
    news = ledger.filter(pl.col("month").cast(pl.String).str.starts_with(str(month)))
    found = _ChangeRows()
    if before is not None:
        became = {old: new for old, new, kind in ledger.select("old_id", "person_id", "kind").rows() if kind == "merge"}
        resolved = {name: _current_id(name, became) for name in became}
        changed = {name for pair in news.select("old_id", "person_id").rows() for name in pair}
        returning = {_current_id(name, became) for name in earlier}
        for which, of in LISTS.items():
            then, here = _on_list(before, resolved, which), _on_list(ranked, {}, which)
            names = {*then.filter(pl.col("rank") <= places)["name"], *here.filter(pl.col("rank") <= places)["name"]}
            old, new = _by_person(then, names), _by_person(here, names)
            today = {} if recounted is None else _by_person(_on_list(recounted, resolved, which), names)
            again = _restated_rows(old, today)
            ranked_now = ranked.filter(pl.col("person_id").is_in(list(names)))["person_id"]
            gone = {**(absent or {}), **dict.fromkeys(set(ranked_now) - new.keys(), ELSEWHERE[which])}
            # a record that was joined or split without any effect on its figures owes its move to something else
            why = _Why(changed - (today.keys() & old.keys() - again.keys()), again, moves, gone, here["intensity"])
            _places(found, old, new, places, returning, why, of)
    _identities(found, news)
    _restatements(found, restated)
    return _as_table(found.rows)


def _on_list(ranked: pl.DataFrame, resolved: dict[str, str], which: str) -> pl.DataFrame:
    """Who is on a list, with the id that each has by now."""
    return ranked.filter(pl.col("list") == which).with_columns(name=pl.col("person_id").replace(resolved))


def _by_person(people: pl.DataFrame, names: Collection[str]) -> dict[str, Row]:
    """Some of the people of a list, by id; of two records since joined, the one that stood higher."""
    out: dict[str, Row] = {}
    for row in people.filter(pl.col("name").is_in(list(names))).sort("rank").iter_rows(named=True):
        out.setdefault(row["name"], row)
    return out


def _current_id(name: str, became: dict[str, str]) -> str:
    seen: set[str] = set()
    while name in became and name not in seen:
        seen.add(name)
        name = became[name]
    return name


def _restated_rows(old: dict[str, Row], again: dict[str, Row]) -> dict[str, Row]:
    """Last month's rows as they would be now, of those whose figures were restated."""
    both = {name: row for name, row in again.items() if name in old}
    figures = ("points_3", "points_12")
    return {n: row for n, row in both.items() if any(abs(row[f] - old[n][f]) > 1e-6 for f in figures)}


def _places(
    found: _ChangeRows, old: dict[str, Row], new: dict[str, Row], places: int, earlier: set[str], why: "_Why", of: str
) -> None:
    for name, row in new.items():
        was = old.get(name)
        rank: int = row["rank"]
        before: int | None = was["rank"] if was else None
        if rank > places:
            continue
        if before is None or before > places:
            kind = "returned" if name in earlier else "new"
            from_ = "was not ranked" if before is None else f"was {ordinal(before)}"
            found.add(kind, name, f"{ordinal(rank)}{of}, {from_}: {why.reason(was, row, name, up=True)}", before, rank)
        elif rank != before:
            up = rank < before
            move = f"{'Up' if up else 'Down'} from {ordinal(before)} to {ordinal(rank)}{of}"
            found.add("rising" if up else "falling", name, f"{move}: {why.reason(was, row, name, up=up)}", before, rank)
    for name, was in old.items():
        if was["rank"] <= places and (name not in new or new[name]["rank"] > places):
            _left(found, name, was, new.get(name), why, of)


def _left(found: _ChangeRows, name: str, was: Row, row: Row | None, why: "_Why", of: str) -> None:
    if row is None:
        reason = "records were joined or split" if name in why.changed else why.absent.get(name, "not ranked any more")
        found.add("left", name, f"Was {ordinal(was['rank'])}{of}, no longer on the list: {reason}.", was["rank"])
        return
    move = f"Down from {ordinal(was['rank'])} to {ordinal(row['rank'])}{of}: {why.reason(was, row, name, up=False)}"
    found.add("left", name, move, was["rank"], row["rank"])


@dataclass(frozen=True)
class _Why:
    """What reasons are made from: whose records were joined or split, last month's restated rows, the parts of each
    score that moved, why somebody is in no list any more, and everybody's intensity now."""

    changed: set[str]
    again: dict[str, Row]
    moves: Moves | None
    absent: Mapping[str, str]
    scores: pl.Series

    def reason(self, was: Row | None, row: Row, name: str, *, up: bool) -> str:
        """The strongest reason that points the way of the move, and that the label points the other way if it does."""
        why = self._strongest(was, row, name, up=up)
        against = row["label"] in (GOING_DOWN if up else GOING_UP)
        if not against or was is None:
            return why
        return f"{why} The label compares with the 12 months before, not with last month's list."

    def _strongest(self, was: Row | None, row: Row, name: str, *, up: bool) -> str:
        """The part of the score's change that did most the way of the move, then those that did less of it."""
        if was is None:
            return f"severity score {amount(row['points_3'])} in the last 3 months."
        way = 1 if up else -1
        if name in self.changed and name not in self.again:
            return "records were joined or split."
        if way * _step(row["intensity"], was["intensity"]) <= _SMALL:
            return f"{_others(was, row, up=up)}."
        then = self.again.get(name, was)
        effects = self.moves.effects(name) if self.moves else {}
        ageing = way < 0 and self.moves is not None and self.moves.nothing_new(name)
        own = sum(effects.values()) if ageing else max(effects.values(), key=lambda one: way * one, default=0.0)
        own = own if effects else row["expected_points"] - then["expected_points"]
        # how much less the intensity would differ without each
        parts = [
            (way * own * row["risk"], self._own(then, row, name, way, effects)),
            (way * (then["expected_points"] - was["expected_points"]) * row["risk"], self._corrected(was, then, name)),
            (way * (row["risk"] - was["risk"]) * row["expected_points"], _regraded(was, row)),
        ]
        ordered = sorted(parts, key=lambda part: -part[0])
        found = [words for effect, words in ordered if effect > _SMALL * was["intensity"]]
        alike = len(found) > 1 and ordered[1][0] >= _ALIKE * ordered[0][0]
        if _regraded(was, row) in found[:2]:  # as the figures that are printed of the two are read
            steps = [abs(_step(row[of], was[of])) for of in ("risk", "expected_points")]
            alike = alike or min(steps) >= _ALIKE * max(steps)
        if self._all_by_others(was, row):
            alike = False
            found = [f"{'mostly ' * bool(found)}others {_MOVED[up]}", *(found or ["this person changed little"])]
        first, *less = found or [ordered[0][1]]
        smaller = "a smaller reason: " if len(less) == 1 else "smaller reasons: "
        smaller = "about as much: " if alike else smaller
        smaller = "" if less == ["this person changed little"] else smaller
        score = f"{amount(row['expected_points'])} (was {amount(was['expected_points'])})"
        regraded = less and _regraded(was, row) in (first, *less)
        both = f" Severity score expected in the next 3 months: {score}." if regraded else ""
        return f"{'; '.join([first, smaller + less[0], *less[1:]] if less else [first])}.{both}"

    def _corrected(self, was: Row, then: Row, name: str) -> str:
        if name in self.changed:
            return "records were joined or split"
        months = 3 if amount(then["points_12"]) == amount(was["points_12"]) else 12
        now, before = (amount(one[f"points_{months}"]) for one in (then, was))
        return f"last month's {months}-month severity score was corrected from {before} to {now}"

    def _all_by_others(self, was: Row, row: Row) -> bool:
        """Whether the person would have this very place with the intensity of a month ago too."""
        above = (self.scores > was["intensity"]).sum() - (row["intensity"] > was["intensity"])
        return bool(above + 1 == row["rank"])

    def _own(self, was: Row, row: Row, name: str, way: int, effects: Mapping[str, float]) -> str:
        """What the person's own contacts, nights and detentions did: the months in which they and the score moved the
        way of the rank; else how long ago they are. A year's fall is none: what drops out of it hardly counted."""
        main = max(effects, key=lambda part: way * effects[part], default="")
        for months in (3, 12) if way > 0 else (3,):
            now, then = row[f"points_{months}"], was[f"points_{months}"]
            words = self.moves.words(name, months, way, main) if self.moves and main else ""
            if way * (now - then) > 0 and (words or not main):
                score = f"severity score {amount(now)}, was {amount(then)}"
                return f"over {months} months{f', {words}:' if words else ''} {score}"
        if way < 0 and self.moves and self.moves.nothing_new(name):
            return "the same events, but longer ago, so they count for less"
        events = many(main) if main else "the events"
        return (
            f"{events} are {'more recent, so they count for more' if way > 0 else 'longer ago, so they count for less'}"
        )


def _others(was: Row, row: Row, *, up: bool) -> str:
    """The move of somebody whose own intensity moved the other way, or stood still: who is passed moved further."""
    now, then = row["intensity"], was["intensity"]
    if abs(_step(now, then)) <= _SMALL:
        return f"others {_MOVED[up]}; this person changed little"
    way = "fell" if now < then else "rose"
    return f"others {_MOVED[up]}; this person's intensity {way} too, but by less: from {then:.1f} to {now:.1f}"


def _step(now: float, then: float) -> float:
    return log(max(now, 1e-9) / max(then, 1e-9))


def _regraded(was: Row, row: Row) -> str:
    if was["risk_source"] == row["risk_source"] == NOT_ASSESSED:
        return "other people were graded, which moved the typical risk score used"
    return f"risk regraded from {_risk(was)} to {_risk(row)}"


def _risk(row: Row) -> str:
    return NOT_ASSESSED if row["risk_source"] == NOT_ASSESSED else f"{row['risk']:.1f}"


def _identities(found: _ChangeRows, news: pl.DataFrame) -> None:
    for old, person, kind, reason in news.select("old_id", "person_id", "kind", "reason").sort("old_id").rows():
        why = reason.rstrip(".")
        if kind == "merge":
            found.add("merged", person, f"The record {old} was joined to this one: {why}.")
        else:
            found.add("split", old, f"{why[:1].upper()}{why[1:]}. What was taken out is now the record {person}.")
            found.add("split", person, f"Taken out of the record {old}, which held two people until now.")


def _restatements(found: _ChangeRows, restated: pl.DataFrame | None) -> None:
    if restated is None:
        return
    counts = restated.select("month", "dataset", "added", "removed").sort("month", "dataset")
    for day, dataset, added, removed in counts.rows():
        parts = [f"{n} {verb}" for n, verb in ((added, "added"), (removed, "removed")) if n]
        if parts:
            what = f"{Month.of(day).title}: {many(dataset)}, {' and '.join(parts)} since the last list."
            found.add("restated", None, what)


def _as_table(rows: list[Row]) -> pl.DataFrame:
    order = {code: i for i, code in enumerate(CHANGES.columns[0].codes)}
    rows = sorted(rows, key=lambda r: (order[r["kind"]], r["rank_now"] or r["rank_before"] or 0))
    return pl.DataFrame(rows, schema=schema(CHANGES))
