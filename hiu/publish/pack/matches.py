"""Matches that nobody has decided on and whose answer could change the list."""

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from hiu.model.units import contact_sets
from hiu.month import Month
from hiu.publish.pack.view import Match, Matches
from hiu.publish.people import versions
from hiu.publish.rows import Row, Tables, instead
from hiu.publish.words.terms import conflicts, source_words
from hiu.publish.words.text import count_of, join_words, likelihood

MATCHES = 10
"""Pairs shown; the rest are counted."""
CHECK = "check which is right before contact"
"""What to do about two NHS numbers or dates of birth, here and beside the person."""
TWICE = "same name, birth, sex and postcode, and another NHS number; decide who checks whether they are one person"
"""Of two people who may be one; the meeting names who looks."""
LESS_SURE = "Until a match is reviewed, the places of those in it are less sure."
"""Under the pairs that wait for a decision."""
_PAIR = ["identity_a", "identity_b"]
_BEHIND = ("links", "descriptions", "timeline")
"""Tables that tell what is behind a pair."""
_ALIKE = {"nhs_number": "NHS number", "dob": "date of birth", "sex": "sex", "postcode": "postcode"}
_TELLING = {"given": "no first name", "dob": "no date of birth", "nhs_number": "no NHS number"}
"""What tells people apart, in words for where it is not there."""


def matches(tables: Tables, shown: Collection[str]) -> Matches:
    """The open pairs, the most telling first, two of the people shown who are alike but for the NHS number among
    them."""
    open_pairs = waiting(tables, shown)
    rows = open_pairs.head(MATCHES).iter_rows(named=True)
    pairs = [Match(a=row["person_a"], b=row["person_b"], doubt=_doubt(row)) for row in rows]
    asked = {*open_pairs["person_a"], *open_pairs["person_b"]}
    groups = [group for group in alike(tables, shown) if not asked.issuperset(group)]
    pairs += [Match(a=one, b=other, doubt=TWICE) for one, *more in groups for other in more]
    total = open_pairs.height + sum(len(group) - 1 for group in groups)
    return {"total": total, "pairs": pairs}


def alike(tables: Tables, shown: Collection[str]) -> list[list[str]]:
    """People shown who have one name, birth, sex and postcode, and different NHS numbers: the ids of each group."""
    key = ("name_text", "dob", "sex", "postcode")
    own = tables["people"].filter(pl.col("person_id").is_in(list(shown))).drop_nulls([*key, "nhs_number"])
    several = own.filter(pl.col("nhs_number").n_unique().over(key) > 1).sort("person_id")
    return [group["person_id"].to_list() for group in several.partition_by(key, maintain_order=True)]


def waiting(tables: Tables, shown: Collection[str]) -> pl.DataFrame:
    """Pairs nobody has decided on and whose answer could change the list; one of the two at least is `shown`."""
    done = _decided(tables)
    named = pl.any_horizontal(pl.col("person_a", "person_b").is_in(list(shown)))
    open_pairs = tables["review_queue"].filter(pl.col("priority") > 0, named).join(done, on=_PAIR, how="anti")
    return open_pairs.sort("priority", *_PAIR, descending=[True, False, False])


def doubted(tables: Tables, shown: Mapping[str, Row], month: Month) -> Mapping[str, str]:
    """By person who is shown (rows of ranked): why the match of their rows is in doubt, of the most telling pair, and
    what hangs on it."""
    out, pairs = dict[str, str](), waiting(tables, shown)
    tables = _of_pairs(tables, pairs) if pairs.height else tables
    for row in pairs.iter_rows(named=True):
        for person in (row["person_a"], row["person_b"]):
            if person in shown and person not in out:
                chance = f"{row['why']} ({likelihood(row['match_probability'])} one person)"
                out[person] = f"{chance}{_at_stake(tables, row, shown[person], month)}"
    return out


def _of_pairs(tables: Tables, pairs: pl.DataFrame) -> Tables:
    """Tables with the rows, descriptions and contacts of these pairs alone: each whole table is read once."""
    if not {*_BEHIND} <= tables.keys():
        return tables
    ids = pl.concat([pairs[name] for name in _PAIR]).unique().implode()
    own = {name: tables[name].filter(pl.col("identity_id").is_in(ids)) for name in ("links", "descriptions")}
    events = tables["timeline"].join(own["links"], on=["source", "event_id"], how="semi")
    return instead(tables, {**own, "timeline": events})


def _at_stake(tables: Tables, pair: Row, place: Row, month: Month) -> str:
    """Which rows the doubt is about, what they lack, and, where they are joined, the person's contacts without them; by
    months, as a candidate's contacts are not dated."""
    if not {*_BEHIND} <= tables.keys():
        return ""
    links = tables["links"].filter(pl.col("identity_id").is_in([pair[name] for name in _PAIR]))
    if links.is_empty():
        return ""
    rows = min(links.partition_by("identity_id"), key=lambda side: (side.height != pair["moved"], side.height))
    about = tables["descriptions"].filter(identity_id=rows["identity_id"][0]).row(0, named=True)
    lacks = join_words(words for name, words in _TELLING.items() if not about[name])
    names = join_words(source_words(name) for name in rows["source"].unique().sort())
    events = tables["timeline"].join(rows, on=["source", "event_id"], how="semi")
    seen = sorted(events["start"])
    when = f", {Month.of(seen[0]).title} to {Month.of(seen[-1]).title}" if seen else ""
    out = f"; it is about {count_of(rows.height, 'row')} from {names}{when}{f', with {lacks}' if lacks else ''}"
    contacts = events.filter("counted", pl.col("dataset").is_in(list(contact_sets(tables["coverage"]))))
    counts = [
        f"{total - contacts.filter(pl.col('start') >= (month - span).end).height} (not {total}) in {span} months"
        for span in (3, 12)
        if (total := place[f"contacts_{span}"]) is not None
    ]
    return f"{out}; contacts without them: {join_words(counts)}" if pair["together"] and counts else out


def _decided(tables: Tables) -> pl.DataFrame:
    done = tables["decisions"].filter(pl.col("undone_at").is_null(), pl.col("decision") != "unsure").select(_PAIR)
    return pl.concat([done, done.select(identity_a="identity_b", identity_b="identity_a")])


def _doubt(row: Row) -> str:
    """Why a pair is in doubt. Two descriptions of one record may be unlike each other and joined by others between."""
    chance = f"{likelihood(row['match_probability'])} one person"
    if row["person_a"] != row["person_b"]:
        return f"{row['why']}; by their details {chance}"
    if row["match_probability"] > 0.5:
        return f"{row['why']}; the rest of their details agrees ({chance}), and the list would change if it were two"
    return (
        f"{row['why']}; these two entries alone look like two people ({likelihood(row['match_probability'])} the same "
        "person) and are joined through others of this record: check before anybody relies on it"
    )


def held_apart(one: str, alike: Mapping[str, Row]) -> str:
    """Why this person and others of the same name here are not taken for one; `alike` = rows of people of everybody of
    that name."""
    own, out = alike.get(one, {}), []
    for other, row in alike.items():
        if other != one:
            both = {words: (own.get(key), row[key]) for key, words in _ALIKE.items() if own.get(key) and row[key]}
            differ = join_words(words for words, (a, b) in both.items() if a != b)
            same = join_words(words for words, (a, b) in both.items() if a == b)
            why = f"since they differ in {differ}" if differ else "since too little else is known to join them"
            as_well = f" (the same: {same})" if same else ""
            out.append(f"Held apart from {other}, of the same name, {why}{as_well}: if they are one, tell the analyst.")
    return " ".join(out)


def sources_of(about: Row, found: Sequence[str]) -> str:
    """Where the rows came from, and what contradicts itself in them; two numbers or births have an alert."""
    if not about:
        return "no row names this person"
    seen = source_words((about["sources"] or "no source").replace("|", ", "))
    text = f"{about['rows'] or 0} rows from {seen}; {versions(about['identities'] or 0)}."
    doubts = conflicts({}, found)
    return f"{text} Conflict: {doubts}." if doubts else text
