"""What differs from last month's list, with a plain reason for every move.

The list is the first N places of the adults. A move has one reason, the strongest that points its way: records joined
or split, risk regraded, corrected data (and what the person's own score did since, if it did its part), the parts of
the person's own score that moved, or others'. A change label compares with the 12 months before, so it may point the
other way: then the reason says so.
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
_SMALL, _CLEAR = 0.02, 0.1
"""Steps of the logarithm of a score. Below the first, and below the second when the person's own points stand
still, it is the list's constants that shifted."""


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
    differs from `before`, that person's figures were restated. That is given as the reason of a move if it did more
    of it than what happened since, and that is told after it; else what happened since is told alone, against the
    restated figures. `moves` names the parts of a score that moved (without it no part is named); `absent` holds why
    somebody is in no list any more, by id, in words.
    """
    ranked = now.ranked if isinstance(now, Ranking) else now
    ledger = pl.DataFrame(schema=schema(ALIASES)) if aliases is None else aliases
    news = ledger.filter(pl.col("month").cast(pl.String).str.starts_with(str(month)))
    found = _ChangeRows()
    if before is not None:
        became = {old: new for old, new, kind in ledger.select("old_id", "person_id", "kind").rows() if kind == "merge"}
        resolved = {name: _current_id(name, became) for name in became}
        names = {*_first_places(before, places, resolved), *_first_places(ranked, places, {})}
        old, new = _by_person(before, resolved, names), _by_person(ranked, {}, names)
        changed = {name for pair in news.select("old_id", "person_id").rows() for name in pair}
        returning = {_current_id(name, became) for name in earlier}
        again = {} if recounted is None else _by_person(recounted, resolved, names)
        why = _Why(changed, _restated_rows(old, again), moves, absent or {})
        _places(found, old, new, places, returning, why)
    _identities(found, news)
    _restatements(found, restated)
    return _as_table(found.rows)


def _first_places(ranked: pl.DataFrame, places: int, resolved: dict[str, str]) -> pl.Series:
    """Who stands among the first places."""
    return _adults(ranked, resolved).filter(pl.col("rank") <= places)["name"]


def _by_person(ranked: pl.DataFrame, resolved: dict[str, str], names: Collection[str]) -> dict[str, Row]:
    """Adults of those listed, by id; of two records since joined, the one that stood higher."""
    out: dict[str, Row] = {}
    for row in _adults(ranked, resolved).filter(pl.col("name").is_in(list(names))).sort("rank").iter_rows(named=True):
        out.setdefault(row["name"], row)
    return out


def _adults(ranked: pl.DataFrame, resolved: dict[str, str]) -> pl.DataFrame:
    """With the id that each has by now."""
    return ranked.filter(pl.col("list") == "adult").with_columns(name=pl.col("person_id").replace(resolved))


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
    found: _ChangeRows, old: dict[str, Row], new: dict[str, Row], places: int, earlier: set[str], why: "_Why"
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
            found.add(kind, name, f"{ordinal(rank)}, {from_}: {why.reason(was, row, name, up=True)}", before, rank)
        elif rank != before:
            up = rank < before
            move = f"{'Up' if up else 'Down'} from {ordinal(before)} to {ordinal(rank)}"
            found.add("rising" if up else "falling", name, f"{move}: {why.reason(was, row, name, up=up)}", before, rank)
    for name, was in old.items():
        if was["rank"] <= places and (name not in new or new[name]["rank"] > places):
            _left(found, name, was, new.get(name), why)


def _left(found: _ChangeRows, name: str, was: Row, row: Row | None, why: "_Why") -> None:
    if row is None:
        reason = "records were joined or split" if name in why.changed else why.absent.get(name, "not ranked any more")
        found.add("left", name, f"Was {ordinal(was['rank'])}, no longer on the list: {reason}.", was["rank"])
        return
    move = f"Down from {ordinal(was['rank'])} to {ordinal(row['rank'])}: {why.reason(was, row, name, up=False)}"
    found.add("left", name, move, was["rank"], row["rank"])


@dataclass(frozen=True)
class _Why:
    """What reasons are made from: whose records were joined or split, last month's restated rows, the parts of each
    score that moved, and why somebody is in no list any more."""

    changed: set[str]
    again: dict[str, Row]
    moves: Moves | None
    absent: Mapping[str, str]

    def reason(self, was: Row | None, row: Row, name: str, *, up: bool) -> str:
        """The strongest reason that points the way of the move, and that the label points the other way if it does."""
        why = self._strongest(was, row, name, up=up)
        against = row["label"] in (GOING_DOWN if up else GOING_UP)
        if not against or was is None:
            return why
        return f"{why} {row['label']} compares with the 12 months before, not with last month's list."

    def _strongest(self, was: Row | None, row: Row, name: str, *, up: bool) -> str:
        if name in self.changed:
            return "records were joined or split."
        if was is None:
            return f"severity score {amount(row['points_3'])} in the last 3 months."
        way = 1 if up else -1
        need = way * _step(row["expected_points"], was["expected_points"])
        grade = way * _step(row["risk"], was["risk"])
        if grade > _SMALL and grade >= need:
            return _regraded(was, row)
        then = self.again.get(name, was)
        if need < -_SMALL:
            return _others(then, row, up=up)
        since = way * _step(row["expected_points"], then["expected_points"])
        own = self._own(then, row, name, way, since)
        if need - since > max(_SMALL, since):
            part = f"; in smaller part {own}" if own else "."
            return f"corrected data: {amount(then['points_12'])} over 12 months, was {amount(was['points_12'])}{part}"
        return own or f"{'others fell further' if up else 'others passed this person'}; this person changed little."

    def _own(self, was: Row, row: Row, name: str, way: int, need: float) -> str | None:
        """What the person's own contacts, nights and detentions did, if they moved the way of the rank; else None."""
        for months in (3, 12):
            now, then = row[f"points_{months}"], was[f"points_{months}"]
            if need > _SMALL and way * (now - then) > 0:
                parts = self.moves.words(name, months, way) if self.moves else ""
                score = f"severity score {amount(now)}, was {amount(then)}, in {months} months"
                return f"{parts}: {score}." if parts else f"{score}."
        if need <= _CLEAR:
            return None
        if way < 0 and self.moves and self.moves.nothing_new(name):
            return "the same events, but longer ago, so they count for less."
        when = "more recent, so they count for more" if way > 0 else "longer ago, so they count for less"
        return f"the events are {when}."


def _others(was: Row, row: Row, *, up: bool) -> str:
    """The move of somebody whose own score moved the other way, or stood still."""
    now, then = row["points_3"], was["points_3"]
    score = f"severity score {amount(now)}, was {amount(then)}, in 3 months"
    if up:
        return f"others fell {'further than this person did' if now < then else 'behind this person'}: {score}."
    return f"others {'rose further than this person did' if now > then else 'passed this person'}: {score}."


def _step(now: float, then: float) -> float:
    return log(max(now, 1e-9) / max(then, 1e-9))


def _regraded(was: Row, row: Row) -> str:
    if was["risk_source"] == row["risk_source"] == NOT_ASSESSED:
        return "other people were graded, which moved the typical risk score used."
    return f"risk regraded from {_risk(was)} to {_risk(row)}."


def _risk(row: Row) -> str:
    return NOT_ASSESSED if row["risk_source"] == NOT_ASSESSED else f"{row['risk']:.1f}"


def _identities(found: _ChangeRows, news: pl.DataFrame) -> None:
    for old, person, kind, reason in news.select("old_id", "person_id", "kind", "reason").sort("old_id").rows():
        change = f"{old} is now {person}" if kind == "merge" else f"{old} was split; {person} is now a separate record"
        found.add("merged" if kind == "merge" else "split", person, f"{change}: {reason}.".replace("..", "."))


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
