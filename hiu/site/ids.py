"""Who is meant: an id as of today, a rank, and why somebody is not on the list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import polars as pl

from hiu.errors import LookRefused, UsageError
from hiu.fuzzy import did_you_mean
from hiu.govern.pseudonym import PERSON_ID
from hiu.govern.reads import FEW, refusal
from hiu.site.first import shown_places
from hiu.site.looks import asked_for
from hiu.site.show.listing import Row, cell_text
from hiu.site.tables import Tables

C = pl.col
People = Iterable[str | int] | pl.DataFrame | str | None
"""People as an analyst may give them: ids, ranks, one id, or a table (of polars or pandas) with a column
person_id; None is everybody."""


def named(people: Iterable[str | int] | pl.DataFrame | str) -> list[str | int]:
    """The ids or ranks that are meant. Raises UsageError for nobody, and for what is neither."""
    given: Any = people  # or a Person, or a Cohort
    if not hasattr(people, "columns"):
        given = getattr(people, "person_id", getattr(people, "people", people))
    if hasattr(given, "columns"):
        if "person_id" not in given.columns:
            raise UsageError("a table of people needs the column person_id")
        ids = given["person_id"]
        given = (ids if isinstance(ids, pl.Series) else pl.from_pandas(ids)).drop_nulls()
    if not isinstance(given, Iterable | int) or isinstance(given, bytes):
        what = "everybody" if given is None else f"a {type(given).__name__}"
        raise UsageError(f"expected ids or ranks of people, or a table of them; found {what}")
    found = [given] if isinstance(given, str | int) else list(given)
    if not found:
        raise UsageError("a cohort of nobody: give ids, ranks or a table with a row, or nothing for everybody")
    if wrong := [one for one in found if isinstance(one, bool) or not isinstance(one, str | int)]:
        raise UsageError(f"expected ids or ranks of people; found a {type(wrong[0]).__name__}")
    return found


def id_at(tables: Tables, rank: int, own: str = "adult") -> str:
    """The id at a rank of a list. Raises UsageError for a rank of nobody or of somebody who may be shown to
    nobody, LookRefused for that of somebody whom no basis lets you ask for; both name the nearest ranks."""
    ids, apart = dict(shown_places(tables, own).iter_rows()), tables._codes
    if (found := ids.get(rank)) and found not in apart:
        return str(found)
    last, under = max(ids, default=0), own == "under_18"
    if not found and not 1 <= rank <= last:
        raise UsageError(f"no rank {rank}{' of the under-18s' * under} in {tables.month.title}: the last is {last}")
    may = [one for one, person in ids.items() if person not in apart]
    near = [*[one for one in may if one < rank][-1:], *[one for one in may if one > rank][:1]]
    every = f"run.ranked({'under_18=True' * under}) has them all"
    nearest = f". The nearest who may are at {' and '.join(map(str, near))}: {every}" if near else ""
    if found:
        refused = refusal([found], tables.opened.purpose, tables.opened.now().date())
        raise LookRefused(f"{refused}{nearest}", [found])
    raise UsageError(f"rank {rank} in {tables.month.title} is of somebody who may not be shown{nearest}")


def id_now(tables: Tables, person_id: str) -> str:
    """An id as it is, or the one it was merged into. Raises LookRefused for nobody's, UsageError for what is no id."""
    ids, became = ids_and_merges(tables)
    if (found := followed(person_id, ids, became)) in ids:
        return found
    if PERSON_ID.fullmatch(found):
        require_basis(tables, [found], ids)
    raise UsageError(
        f"no person '{person_id}' in {tables.month.title}.{did_you_mean(person_id, tables._askable(ids))} "
        f"{'A rank is given as a number, without quotation marks. ' if person_id.isdigit() else ''}"
        "run.ranked() has the ids; 'hiu find NAME' searches by name."
    )


def ids_and_merges(tables: Tables) -> tuple[list[str], dict[str, str]]:
    """The ids of a month's people, and what each id that was ever merged became at its latest merge."""
    merges = tables._table("aliases").filter(C("kind") == "merge").sort("month").select("old_id", "person_id")
    return tables._scan("people").select("person_id").collect()["person_id"].to_list(), dict(merges.iter_rows())


def followed(person_id: str, ids: Collection[str], became: Mapping[str, str]) -> str:
    """The id that stands among `ids` for this one, after however many merges; the last that is known if none does."""
    left = dict(became)
    while person_id not in ids and person_id in left:
        person_id = left.pop(person_id)
    return person_id


def why_unlisted(tables: Tables, person: Row) -> str:
    """Why somebody has no place on a month's list; `person` is their row of `people` as published."""
    month = tables.month
    if not person["named"]:
        reason = "the row names nobody, so it counts in totals alone"
    elif person["died"] is not None and person["died"] <= month.end:
        reason = "a death is recorded"
    elif person["last_seen"] is None:
        reason = "no contact with a date is known"
    elif person["last_seen"] < (month - 11).start:
        reason = f"nothing was counted since {cell_text(person['last_seen'])}, and the list looks at 12 months"
    else:
        reason = "nothing of the last 12 months counts: .records() has every row and what became of it"
    return f"Not on the list of {month.title}: {reason}."


def require_basis(tables: Tables, ids: Collection[str], there: Collection[str] | None = None) -> None:
    """Raises LookRefused, which tells nothing of them, unless a basis lets an analyst look at every one of the people,
    and each is one of `there`.

    A person whom somebody asks for is not shown without it, not even masked: the asker knows whom they meant.
    """
    opened = tables.opened
    may = opened.permitted(ids).ids
    if withheld := set(ids) - (may if there is None else may & set(there)):
        raise refusal(withheld, opened.purpose, opened.now().date())


def everyone_in(tables: Tables, people: Collection[str | int]) -> list[str]:
    """The ids of people by id or by rank, each once, in order. Raises as `id_now` does of one."""
    ids, became = ids_and_merges(tables)
    here = frozenset(ids)
    found = {
        id_at(tables, one) if isinstance(one, int) else followed(one.strip().upper(), here, became) for one in people
    }
    for one in sorted(found - here):
        if not PERSON_ID.fullmatch(one):
            id_now(tables, one)
    require_basis(tables, found, here)
    for one in found:
        asked_for(one)
    return sorted(found)


def enter_query(tables: Tables, named: Collection[str], what: str) -> None:
    """Enter a query of everybody, which names some people. Raises LookRefused where no basis lets you ask for one."""
    everybody, became = ids_and_merges(tables)
    why = ""
    try:
        require_basis(tables, named, {*everybody, *became})
    except LookRefused as refused:
        tables.opened.look(what, refused.people, str(tables.month), refused="no basis")
        why = str(refused)
    if why:
        del everybody, became
        raise LookRefused(why)
    whom = named if len(everybody) > FEW else {*named, *everybody}
    tables.opened.look(what, whom, str(tables.month), rows=len(everybody))
