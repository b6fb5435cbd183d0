"""Who is in a mart: everybody of its months whom an analyst may be shown for planning, by token."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from hiu.errors import HiuError
from hiu.govern.basis.gate import GateResult, basis_block
from hiu.govern.turns import current_key, pseudonyms
from hiu.month import Month
from pipelines.access.basis import allowed, called_since, hidden, last_aliases
from pipelines.common.place import Place

PURPOSE, RECIPIENT = "planning", "analyst"
"""What the gate is asked: a mart is for figures that analysts make, so a national opt-out holds for it."""


@dataclass(frozen=True)
class Members:
    """person_id, person_token of everybody in a mart; how many are withheld, and by which basis it is made."""

    frame: pl.DataFrame
    withheld: int
    codes: tuple[str, ...]


def members(
    place: Place, tables: Mapping[str, pl.DataFrame], months: tuple[Month, Month], *, on: date, tokens_of: str
) -> Members:
    """Who of a month's people is in its mart. Raises HiuError, with what to enter, if no basis allows anybody."""
    ids = _seen(tables, months)
    found, permitted = _permitted(place, ids, tables["aliases"], on)
    if ids.len() and not found.ids:
        raise HiuError(
            f"{place.home / 'site.toml'}: no [[basis]] for purpose '{PURPOSE}' and recipient '{RECIPIENT}' is in force "
            f"on {on}, so no mart can be made. When the controllers have decided, advised by their data protection "
            "officers (docs/governance.md), add:\n" + basis_block(PURPOSE, RECIPIENT, on)
        )
    own = ids.filter(ids.is_in(sorted(permitted))).sort()
    frame = pl.DataFrame(
        {"person_id": own, "person_token": pseudonyms(own, current_key(place.key, place.records, tokens_of))}
    )
    return Members(frame, ids.len() - own.len(), found.codes)


def named(place: Place, who: Members, on: date) -> GateResult:
    """Who in a mart an analyst may be shown by name."""
    return allowed(place, who.frame["person_id"], purpose="support", recipient=RECIPIENT, on=on)


def _permitted(place: Place, ids: pl.Series, aliases: pl.DataFrame, on: date) -> tuple[GateResult, set[str]]:
    """What the gate says; and who passed it under every id that they have had since, and is in published tables."""
    last = last_aliases(place)
    kinds = ["old_id", "person_id", "kind"]
    every = pl.concat([aliases.select(kinds), last.select(kinds)])
    called = called_since(ids, every)
    found = allowed(place, called["person_id"], purpose=PURPOSE, recipient=RECIPIENT, on=on, aliases=every)
    shown = found.ids - hidden(place, {"people": called, "aliases": every}, on)
    refused = set(called.filter(~pl.col("person_id").is_in(sorted(shown)))["was"])
    return found, set(ids) - refused


def _seen(tables: Mapping[str, pl.DataFrame], months: tuple[Month, Month]) -> pl.Series:
    """Everybody with demand, or with a number missing, in the months, and everybody on the list."""
    first, last = months
    inside = pl.col("month").is_between(first.start, last.start)
    parts = [
        tables["monthly_demand"].filter(inside, pl.col("n") > 0),
        tables["missing_count"].filter(inside),
        tables["ranked"],
    ]
    return pl.concat([part.select("person_id") for part in parts])["person_id"].unique()
