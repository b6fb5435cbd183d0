"""Places: demand by area, people whom units and trusts share, and where the team should sit. Exact, for analysts."""

from __future__ import annotations

import polars as pl

from hiu.errors import HiuError, UsageError
from hiu.fuzzy import not_among
from hiu.places import crosswalk
from hiu.places import demand as counts
from hiu.places.tasking import tasking
from hiu.places.team import seat, seat_sentence
from hiu.site.first import checked_top
from hiu.site.looks import look
from hiu.site.show.finding import Finding
from hiu.site.show.listing import Listing
from hiu.site.show.suggest import Suggests
from hiu.site.tables import Tables

C = pl.col
AREAS = ("incident", "home", "provider")


class Places(Suggests):
    """Where contacts were: of each where it happened (incident), where the person lived (home), who gave care
    (provider), in a month (`.published`). An area that was not sent is not known; none is taken for another.

    >>> run.places().demand().table("command_unit").columns[:2]
    ['place', 'contacts']
    """

    def __init__(self, published: Tables) -> None:
        self.published = published
        if "event_place" not in published._tables_there:
            raise HiuError(
                f"{published.month.title} has no places: the site had no crosswalk when it was published. "
                "docs/places.md says how it gets one"
            )

    def __repr__(self) -> str:
        more = ".demand(), .shared(), .coverage(), .team(), .tasking()"
        return f"{self.published.month.title}, where contacts were\n  next: {more}"

    def demand(self, by: str = "incident", level: str = "command_unit") -> Finding:
        """Contacts, those about mental health, people with two or more of these, and the limits of a funnel, by area.

        `by` is incident, home or provider; `level` is command_unit, borough, trust, partnership, icb, police_force or
        ambulance_trust. Raises UsageError naming the nearest.
        """
        _among("area", by, AREAS)
        _among("level", level, counts.LEVELS)
        people = self._people_there(level)
        needed = ("person_id", "area", "contacts", "mental_health", level)
        places = self.published._whole("event_place", *needed, where=C("area") == by)
        found = counts.demand(places, by, level, people)
        words = found["position"]
        outside = found.filter(words.is_not_null() & (words != "within the limits"))
        lines = [f"{place}: {where}." for place, where in outside.select("place", "position").iter_rows()]
        named = level.replace("_", " ")
        note = "Contacts of people of all ages. An area outside its limits is worth a question; it is no league table."
        unknown, whole = found.filter(C("place").is_null())["contacts"].sum(), found["contacts"].sum()
        note += f" The {named} is not known for {unknown:,} of {whole:,} contacts: .coverage() says why."
        note += "" if people else f" Rates per head need the people of each {named}: docs/places.md says where they go."
        renamed = found.rename({"rate": "per_1000_contacts", "repeat": "repeat_contacts"})
        lines = lines or ["No area lies outside its limits."]
        return Finding(f"Demand by {named}, by {by}", [*lines, note], {level: renamed})

    def _people_there(self, level: str) -> dict[str, int]:
        """People who live in each area, where the site's crosswalk has their number."""
        opened = self.published.opened
        rows = crosswalk(opened.settings.places, opened.home / "places").rows
        return counts.populations(rows, self.published.month.end).get(level, {})

    def shared(self) -> Listing:
        """How many people had a contact in each command unit and one with each trust in the 12 months."""
        places = self.published._whole("event_place", "person_id", "area", "command_unit", "trust")
        found = counts.shared_people(places)
        return Listing(found, "People whom command units and trusts share", kind="shared")

    def coverage(self) -> Listing:
        """Of each source and area for how many contacts the area is known, and why it is not known for the others."""
        return Listing(
            counts.coverage(self.published._scan("event_place")), "How far areas are known", kind="areas_known"
        )

    @look
    def team(self, top: int | None = None) -> Finding:
        """Where the team should sit: the first of the list with the community mental health team that supports each
        (`people`, `no team named`), points by team (`teams`), and the fewest that support people with 80% of them."""
        run = self.published
        wanted = checked_top(run, "team", top)
        first = run._rows("ranked", C("list") == "adult").sort("rank", "person_id").head(wanted)
        found = seat(first, run._rows("support"), run._rows("conflicts"))
        tables = {"teams": found.teams, "people": found.people, "no team named": found.unnamed}
        return Finding("Where the team should sit", [seat_sentence(found, wanted)], tables)

    @look
    def tasking(self, top: int | None = None) -> Listing:
        """The first of the list, and everybody being supported, by the command unit where most of their contacts
        happened: what there is for partnership, prevention and intervention to settle."""
        run = self.published
        wanted = checked_top(run, "tasking", top)
        place = C("rank").rank("ordinal").over("list")
        people = run._rows("ranked", (C("access") == "supported") | (place <= wanted))
        places = run._rows("event_place", C("person_id").is_in(people["person_id"].implode()))
        found = tasking(people, places, run._rows("support"), run.month.end)
        return Listing(found, "Tasks by command unit", kind="tasking")


def _among(what: str, word: str, choices: tuple[str, ...]) -> None:
    if word not in choices:
        raise UsageError(not_among(f"no {what} '{word}'", word, choices))
