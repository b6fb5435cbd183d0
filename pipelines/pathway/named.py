"""People on a list of a part: who may be named is asked, and entered before anything of it is written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from hiu.month import Month
from hiu.publish.words.text import count_of, display_name
from pipelines.access.basis import allowed
from pipelines.access.disclose import Disclosure, enter_disclosure
from pipelines.access.looks import enter_look
from pipelines.common.place import Place


@dataclass(frozen=True)
class Named:
    """Who may be named, each with a name; how many may not."""

    names: Mapping[str, str]
    withheld: int

    @property
    def ids(self) -> Collection[str]:
        """Their ids."""
        return self.names.keys()

    def words(self, person: str) -> str:
        """Name and id of one of them."""
        return f"{self.names[person]} ({person})"

    @property
    def left_out(self) -> str:
        """How many may not be named, in words."""
        return f"withheld: {count_of(self.withheld, 'person', 'people')}"


def named(
    place: Place,
    tables: Mapping[str, pl.DataFrame],
    whom: Collection[str],
    disclosure: Disclosure,
    *,
    month: Month,
    by: str,
    now: datetime,
) -> Named:
    """Ask the gate for each, and enter the look and what leaves. Raises HiuError if that can't be written."""
    on, aliases = now.date(), tables["aliases"]
    asked = {"purpose": disclosure.purpose, "recipient": disclosure.recipient}
    found = allowed(place, sorted(whom), on=on, aliases=aliases, **asked)
    enter_look(place, now, disclosure.what, found.ids, by=by, month=month, people=len(found.ids))
    if found.ids:
        people, kept_back = len(found.ids), found.withheld
        enter_disclosure(place, now, disclosure, basis=found.codes, by=by, people=people, withheld=kept_back)
    own = tables["people"].filter(pl.col("person_id").is_in(sorted(found.ids)))
    names = {who: display_name(name) for who, name in own.select("person_id", "name_text").iter_rows()}
    return Named(names, len(whom) - len(names))
