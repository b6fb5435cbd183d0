"""Matches that nobody has decided on and whose answer could change the list, and people whose rows contradict one."""

from collections.abc import Collection, Mapping

import polars as pl

from hiu.publish.pack.view import Match, Matches
from hiu.publish.rows import Row, Tables
from hiu.publish.words.terms import conflicts
from hiu.publish.words.text import likelihood

MATCHES = 10
"""Pairs shown; the rest are counted."""
_PAIR = ["identity_a", "identity_b"]


def matches(tables: Tables, shown: Collection[str]) -> Matches:
    """The open pairs, the most telling first, and why a person with a conflict is not among them."""
    open_pairs = waiting(tables, shown)
    rows = open_pairs.head(MATCHES).iter_rows(named=True)
    pairs = [Match(a=row["person_a"], b=row["person_b"], doubt=_doubt(row)) for row in rows]
    return {"total": open_pairs.height, "pairs": pairs, "settled": _settled(tables, shown, open_pairs)}


def waiting(tables: Tables, shown: Collection[str]) -> pl.DataFrame:
    """Pairs nobody has decided on and whose answer could change the list; one of the two at least is `shown`."""
    done = _decided(tables)
    named = pl.any_horizontal(pl.col("person_a", "person_b").is_in(list(shown)))
    open_pairs = tables["review_queue"].filter(pl.col("priority") > 0, named).join(done, on=_PAIR, how="anti")
    return open_pairs.sort("priority", *_PAIR, descending=[True, False, False])


def doubted(tables: Tables, shown: Collection[str]) -> Mapping[str, str]:
    """By person who is shown: why the match of their rows is in doubt, of the most telling pair."""
    out: dict[str, str] = {}
    for row in waiting(tables, shown).iter_rows(named=True):
        for person in (row["person_a"], row["person_b"]):
            if person in shown:
                out.setdefault(person, str(row["why"]))
    return out


def _decided(tables: Tables) -> pl.DataFrame:
    done = tables["decisions"].filter(pl.col("undone_at").is_null(), pl.col("decision") != "unsure").select(_PAIR)
    return pl.concat([done, done.select(identity_a="identity_b", identity_b="identity_a")])


def _settled(tables: Tables, shown: Collection[str], open_pairs: pl.DataFrame) -> list[tuple[str, str]]:
    """Of who is shown with more than one NHS number or date of birth, and is not among the pairs: id and why not."""
    flagged = tables["people"].filter(
        pl.col("person_id").is_in(list(shown)), pl.col("two_nhs_numbers") | pl.col("two_dobs")
    )
    asked = {*open_pairs["person_a"], *open_pairs["person_b"]}
    queue = tables["review_queue"].filter(pl.col("person_a") == pl.col("person_b"))
    left = {*queue.join(_decided(tables), on=_PAIR, how="anti")["person_a"]}
    out = []
    for row in flagged.sort("person_id").iter_rows(named=True):
        if (person := row["person_id"]) not in asked:
            decided = person in set(queue["person_a"]) - left
            why = "a reviewer has decided" if decided else "either answer would leave the list as it is"
            none = person not in {*queue["person_a"]}
            why = "no two descriptions of theirs are in doubt by their other details" if none else why
            out.append((person, f"{conflicts(row)}; not to be reviewed for the list: {why}"))
    return out


def _doubt(row: Row) -> str:
    """Why a pair is in doubt. Two descriptions of one record may be unlike each other and joined by others between."""
    chance = f"{likelihood(row['match_probability'])} one person"
    if row["person_a"] != row["person_b"]:
        return f"{row['why']}; by their details {chance}"
    if row["match_probability"] > 0.5:
        return f"{row['why']}; the rest of their details agrees ({chance}), and the list would change if it were two"
    return f"{row['why']}; comparing only these two entries: {likelihood(row['match_probability'])} the same person"
