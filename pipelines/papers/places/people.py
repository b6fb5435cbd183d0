"""The paper about people: the list for each command unit, and where the team should sit; of people who may be shown."""

from collections.abc import Mapping

import polars as pl

from hiu.places.tasking import UNKNOWN, tasking
from hiu.places.team import Seat, seat, seat_sentence
from hiu.publish.board.paper import Grid
from hiu.publish.pathway.part import Part
from hiu.publish.stamp import MARKING, Stamp
from hiu.publish.words.text import count_of, display_name

C = pl.col
NONE, UNSENT = "none named", "not known"
_TASKS = ("Partnership", "Prevention", "Intervention")


def people_paper(
    tables: Mapping[str, pl.DataFrame], shown: pl.DataFrame, top: int, withheld: str, stamp: Stamp
) -> Part:
    """The paper: `tables` have passed the gate, `shown` are the rows of the list that may be shown."""
    names = {who: display_name(name) for who, name in tables["people"].select("person_id", "name_text").iter_rows()}
    tasks = tasking(shown, tables["event_place"], tables["support"], stamp.data_to)
    placed = tables["ranked"].filter(C("list") == "adult").sort("rank", "person_id").head(top)
    first = placed.join(shown.select("person_id"), on="person_id", how="semi")
    found = seat(first, tables["support"], tables["conflicts"])
    grids = (_teams(found, top), _first(found, names, top), _unnamed(found, names, top), _tasks(tasks, names))
    return Part(
        name="places-people",
        title="Where the team should sit, and tasks by command unit",
        stamp=stamp,
        marking=MARKING,
        lead=(*_lead(tasks, found, top), f"Withheld, since no basis lets the group see them: {withheld}."),
        grids=grids,
        notes=_NOTES,
        words={grids[1].title: 4, grids[2].title: 3, grids[3].title: 10},
    )


_NOTES = (
    "A person stands under the command unit in which most of their contacts of the last 12 months happened; with as "
    "many in two, under both. Where no agency sent where a contact happened, the unit is not known: it is not taken "
    "from the home.",
    "Partnership, prevention and intervention are what the records give the meeting to settle; the meeting decides. "
    "Support is voluntary.",
    "Points are those of the last 12 months. A person whom the registers give two community mental health teams counts "
    "for each. The fewest teams are found exactly.",
)


def _tasks(tasks: pl.DataFrame, names: Mapping[str, str]) -> Grid:
    columns = ("Command unit", "Rank", "Name", "Person", "Contacts there", "Lives in", "Trusts", *_TASKS)
    rows = [
        (unit, _place(rank, of), names.get(person) or "", person, str(n), home or UNSENT, trusts or UNSENT, *each)
        for unit, rank, of, person, n, home, trusts, *each in tasks.iter_rows()
    ]
    return Grid("Tasks by command unit", columns, tuple(rows), "" if rows else "Nobody may be shown.")


def _place(rank: int, of: str) -> str:
    """A place on the list of adults, or on that of people under 18."""
    return str(rank) if of == "adult" else f"{rank} (under 18)"


def _first(found: Seat, names: Mapping[str, str], top: int) -> Grid:
    columns = ("Rank", "Name", "Person", "Community mental health team", "Points, 12 months")
    rows = [
        (str(rank), names.get(person) or "", person, _words(teams) or NONE, f"{points:g}")
        for rank, person, teams, points in found.people.iter_rows()
    ]
    return Grid(f"The first {top} of the list and who supports them", columns, tuple(rows))


def _teams(found: Seat, top: int) -> Grid:
    columns = ("Community mental health team", "People", "Points, 12 months", "Share of points", "Among the fewest")
    rows = [
        (team, str(people), f"{points:g}", _share(points, found.total), "yes" if team in found.fewest else "")
        for team, people, points in found.teams.iter_rows()
    ]
    note = "" if rows else f"No team is named for any of the first {top}."
    wide = len(columns) if found.fewest else -1
    made = tuple(row[:wide] for row in rows)
    return Grid("Points by community mental health team", columns[:wide], made, note)


def _unnamed(found: Seat, names: Mapping[str, str], top: int) -> Grid:
    rows = [
        (str(rank), names.get(person) or "", person, f"{points:g}")
        for rank, person, _, points in found.unnamed.iter_rows()
    ]
    note = "" if rows else f"A team is named for each of the first {top}."
    return Grid("People with no team named", ("Rank", "Name", "Person", "Points, 12 months"), tuple(rows), note)


def _lead(tasks: pl.DataFrame, found: Seat, top: int) -> list[str]:
    lines = [seat_sentence(found, top)]
    if n := found.unnamed.height:
        lines.append(
            f"No community mental health team is named for {count_of(n, 'person', 'people')} of the first {top}."
        )
    units = tasks.filter(C("command_unit") != UNKNOWN)["command_unit"].n_unique()
    unknown = tasks.filter(C("command_unit") == UNKNOWN).height
    people = count_of(tasks["person_id"].n_unique(), "person", "people")
    without = count_of(unknown, "person", "people")
    lines.append(f"{people} in {count_of(units, 'command unit')}; the unit of {without} is not known.")
    return lines


def _words(teams: str) -> str:
    return teams.replace("|", " or ")


def _share(points: float, total: float) -> str:
    return f"{points / total:.0%}" if total else ""
