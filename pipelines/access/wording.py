"""Free text that is recorded: refused, before anything is written, if it names whom it is about.

The audit log can't forget, so it never learns who. Every command's text passes here (`guard.guarded`). Of a command
about one person that person's name, number, birth and postcode are looked for; of one about nobody, such as taking a
month back, whole names and numbers of everybody on record.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import polars as pl

from hiu.errors import UsageError
from hiu.govern.erase.residue import Traces
from hiu.govern.erase.words import SIGNED, redact, require_unnamed
from pipelines.common.place import Place, published_tables

TEXTS = ("reason", "by", "checker", "reviewer", "note", "evidence", "necessity", "proportionality", "override", "what")
"""Options that a person fills in with words of their own."""

_DESCRIBED = ("person_id", "name_text", "aliases", "dob", "nhs_number", "postcode")


def require_plain(place: Place, given: Mapping[str, object]) -> None:
    """Raises UsageError, naming the option and the words to use instead, for a text that names the person."""
    texts = {f"--{name}": text for name in TEXTS if isinstance(text := given.get(name), str) and text.strip()}
    if not texts or not place.months():
        return
    people = _everybody(place)
    if asked := _asked(place, given):
        own = people.filter(pl.col("person_id").is_in(sorted(asked)))
        names = {name for row in own.iter_rows(named=True) for name in _names(row)}
        homes = frozenset((born, home) for born, home in own.select("dob", "postcode").drop_nulls().rows())
        births: Iterable[date] = own["dob"].drop_nulls().to_list()
        traces = Traces(frozenset(asked), _numbers(own), frozenset(" ".join(name) for name in names), homes)
        require_unnamed(texts, traces, births, {name[-1] for name in names})
    else:
        rest = {option: text for option, text in texts.items() if option not in SIGNED}
        numbers = {digits for text in texts.values() for digits in _digits(text)} & _numbers(people)
        whole = frozenset(" ".join(name) for name in _in_words(people, rest.values()))
        require_unnamed(texts, Traces(frozenset(), frozenset(numbers)), [], [])
        require_unnamed(rest, Traces(frozenset(), names=whole), [], [])


def require_no_others(
    people: pl.DataFrame, person: str | None, texts: Mapping[str, str], signed: Mapping[str, str]
) -> None:
    """Raises UsageError for a text about one person (None: about nobody) that tells another by whole name or number.

    `people` = the table of everybody; `texts` and `signed` = title -> text. Who is named in a `signed` one may be
    called as somebody on record is, so only numbers count there.
    """
    theirs = pl.col("person_id") == (person or "")
    own = {name for row in people.filter(theirs).iter_rows(named=True) for name in _names(row)}
    others = people.filter(~theirs)
    names = frozenset(" ".join(name) for name in _in_words(others, texts.values()) if name not in own)
    numbers = _numbers(others)
    for title, text in ({**texts, **signed}).items():
        traces = Traces(frozenset(), numbers & frozenset(_digits(text)), frozenset() if title in signed else names)
        if redact(text, traces, "\0") != text:
            raise UsageError(
                f"{title}: tells somebody else on record, by name or NHS number, so it was not kept. Write it without, "
                "such as 'a relative', or enter it about that person"
            )


def _asked(place: Place, given: Mapping[str, object]) -> set[str]:
    """The person a command is about; of a decision on two descriptions, whose these are."""
    ids = {str(given[name]).strip() for name in ("person", "a", "b") if isinstance(given.get(name), str)}
    if not ids:
        return set()
    links = published_tables(place.which(None)[1], ("links",))["links"].select("identity_id", "person_id").unique()
    whose = links.filter(pl.col("identity_id").is_in(sorted(ids)))["person_id"].drop_nulls()
    return {one.upper() for one in ids} | set(whose)


def _everybody(place: Place) -> pl.DataFrame:
    found = published_tables(place.which(None)[1], ("people",)).get("people")
    return pl.DataFrame(schema=dict.fromkeys(_DESCRIBED, pl.String)) if found is None else found.select(_DESCRIBED)


def _numbers(people: pl.DataFrame) -> frozenset[str]:
    return frozenset(people["nhs_number"].drop_nulls())


def _digits(text: str) -> Iterator[str]:
    """Numbers of ten digits, in whatever groups they are written."""
    plain = re.sub(r"(?<=\d)[\s.\-]+(?=\d)", "", text)
    yield from (plain[at : at + 10] for at in range(len(plain) - 9) if plain[at : at + 10].isdigit())


def _names(row: Mapping[str, object]) -> Iterator[tuple[str, ...]]:
    """Names of two words and more, both ways round, the family name last in the first of the two."""
    for text in (str(row["name_text"] or ""), *str(row["aliases"] or "").split("|")):
        family, comma, given = text.partition(",")
        words = re.findall(r"[^\W_]+", f"{given} {family}" if comma else text)
        if len(words) > 1:
            yield tuple(words)
            yield (words[0], words[-1])
            yield (*words[1:], words[0]) if len(words) == 2 else (words[-1], *words[:-1])


def _in_words(people: pl.DataFrame, texts: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Of everybody the names of which every word is in the texts: few, so that few are looked for."""
    there = {word.casefold() for text in texts for word in re.findall(r"[^\W_]+", text)}
    for row in people.iter_rows(named=True):
        yield from (name for name in _names(row) if there.issuperset(word.casefold() for word in name))
