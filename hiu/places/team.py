"""Where the team should sit: the first people of the list, the mental-health team that supports each, and the fewest
teams that support those who have most of the points.

A person whom sources give two teams counts for each. The fewest are found exactly, not by taking the largest in turn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import polars as pl

C = pl.col
SHARE = Fraction(8, 10)
"""Of the points of the first people, what the fewest teams have to reach."""
PEOPLE = {"rank": pl.Int64, "person_id": pl.String, "teams": pl.String, "points": pl.Float64}


@dataclass(frozen=True)
class Seat:
    """The answer: people with their teams, points by team, and the fewest teams that reach the share.

    `people`: rank, person_id, teams (joined by |, empty if none is named), points. `teams`: team, people, points.
    `fewest` is empty where even all teams together do not reach it; `reached` is the share that they do reach, or all.
    """

    people: pl.DataFrame
    teams: pl.DataFrame
    fewest: tuple[str, ...]
    reached: float
    total: float

    @property
    def unnamed(self) -> pl.DataFrame:
        """The people with no team named."""
        return self.people.filter(C("teams") == "")


def seat(first: pl.DataFrame, support: pl.DataFrame, conflicts: pl.DataFrame) -> Seat:
    """Of the first people of a list: frames with the columns of RANKED, SUPPORT and CONFLICTS. Points are of 12 months.

    A team is the one in force at the month's end; where sources contradict each other about it, it is each of theirs.
    """
    several = set(conflicts.filter(C("what") == "cmht")["person_id"])
    joined = first.sort("rank", "person_id").join(
        support.select("person_id", "cmht"), on="person_id", how="left", maintain_order="left"
    )
    rows = [
        (rank, person, _teams(named, person in several), points or 0.0)
        for rank, person, named, points in joined.select("rank", "person_id", "cmht", "points_12").iter_rows()
    ]
    return seat_of(pl.DataFrame(rows, schema=PEOPLE, orient="row"))


def seat_sentence(found: Seat, top: int) -> str:
    """Where the team should sit, in a sentence."""
    if not found.total:
        return f"The first {top} had no points in the last 12 months."
    n, share = len(found.fewest), f"{found.reached:.1%} of the points of the first {top}"
    if n:
        who = "One team supports" if n == 1 else f"{n} teams together support"
        return f"{who} people with {share}, the fewest that reach 80%: {', '.join(found.fewest)}."
    if not found.teams.height:
        return f"No community mental health team is named for any of the first {top}, so where to sit can't be said."
    return f"All teams together support people with {share}, which is less than 80%: name a team for the others first."


def seat_of(people: pl.DataFrame) -> Seat:
    """The same of people whose teams are known: rank, person_id, teams, points."""
    points = {person: Fraction(value) for person, value in people.select("person_id", "points").iter_rows()}
    teams: dict[str, set[str]] = {}
    for person, names in people.select("person_id", "teams").iter_rows():
        for name in filter(None, names.split("|")):
            teams.setdefault(name, set()).add(person)
    total = sum(points.values(), Fraction())
    chosen = fewest(teams, points, SHARE * total)
    covered = set().union(*(teams[name] for name in chosen or teams)) if teams else set()
    reached = sum((points[person] for person in covered), Fraction())
    own = [(name, len(whom), float(sum(points[person] for person in whom))) for name, whom in teams.items()]
    table = pl.DataFrame(own, schema={"team": pl.String, "people": pl.Int64, "points": pl.Float64}, orient="row")
    return Seat(
        people=people,
        teams=table.sort("points", "team", descending=[True, False]),
        fewest=chosen,
        reached=float(reached / total) if total else 0.0,
        total=float(total),
    )


def fewest(teams: Mapping[str, set[str]], points: Mapping[str, Fraction], wanted: Fraction) -> tuple[str, ...]:
    """The fewest teams whose people have at least `wanted` points between them; of several such the one with most.

    Empty if all together do not reach it, or nothing is wanted. Exact: teams that share nobody are taken in order of
    points, and every choice of those that do share somebody is tried.
    """
    if wanted <= 0 or _worth(teams, teams, points) < wanted:
        return ()
    sharing = sorted(
        name for name, whom in teams.items() if any(whom & other for of, other in teams.items() if of != name)
    )
    alone = sorted(teams.keys() - set(sharing), key=lambda name: (-_worth([name], teams, points), name))
    for size in range(1, len(teams) + 1):
        options = [
            tuple(sorted((*some, *alone[: size - taken])))
            for taken in range(max(0, size - len(alone)), min(size, len(sharing)) + 1)
            for some in combinations(sharing, taken)
        ]
        best = min(options, key=lambda names: (-_worth(names, teams, points), names))
        if _worth(best, teams, points) >= wanted:
            return best
    return ()


def _worth(
    names: Sequence[str] | Mapping[str, set[str]], teams: Mapping[str, set[str]], points: Mapping[str, Fraction]
) -> Fraction:
    whom = set().union(*(teams[name] for name in names)) if names else set()
    return sum((points[person] for person in whom), Fraction())


def _teams(named: str | None, several: bool) -> str:
    """Teams joined by |: support joins those that contradict each other by 'or'."""
    parts = (named or "").split(" or ") if several else [named or ""]
    return "|".join(sorted({part.strip().replace("|", " ") for part in parts} - {""}))
