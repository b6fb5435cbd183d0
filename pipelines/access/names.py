"""Names, initials and numbers of people on record in words that somebody typed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from hiu.fold import folded, in_runs, spaced_out


def ten_digits(text: str) -> Iterator[str]:
    """Numbers of ten digits, in whatever groups they are written."""
    plain = re.sub(r"(?<=\d)[\s.\-]+(?=\d)", "", text)
    yield from (plain[at : at + 10] for at in range(len(plain) - 9) if plain[at : at + 10].isdigit())


def names_of(row: Mapping[str, object]) -> Iterator[tuple[str, ...]]:
    """Names of two words and more, both ways round, the family name last in the first of the two."""
    for text in (str(row["name_text"] or ""), *str(row["aliases"] or "").split("|")):
        family, comma, given = text.partition(",")
        words = re.findall(r"[^\W_]+", folded(f"{given} {family}" if comma else text))
        if len(words) > 1:
            yield tuple(words)
            yield (words[0], words[-1])
            yield (*words[1:], words[0]) if len(words) == 2 else (words[-1], *words[:-1])


def near_people(people: pl.DataFrame, texts: Sequence[str]) -> pl.DataFrame:
    """The people of whom a word of a name stands in the texts, and those who are to be looked at one by one: whose name
    is not in plain letters, and everybody where a text has letters with a space between each."""
    if any(map(spaced_out, texts)):
        return people
    name = pl.concat_str(pl.col("name_text", "aliases").fill_null(""), separator="|")
    words = people.select(name.str.to_lowercase().str.extract_all(r"[^\W_]+").alias("word")).with_row_index("at")
    there = words.explode("word").filter(pl.col("word").is_in(list(_words(texts))))["at"]
    return people.filter(pl.int_range(pl.len()).is_in(there.implode()) | name.str.contains(r"[^\x00-\x7f]"))


def _words(texts: Iterable[str]) -> set[str]:
    return {word.casefold() for text in texts for word in re.findall(r"[^\W_]+", text)}


def initials_in(people: pl.DataFrame, texts: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Of everybody the id, an initial and the family name, of which both are words of the texts."""
    there = _words(texts)
    for row in people.iter_rows(named=True):
        for first, *_, last in {name for name in names_of(row) if name[-1].casefold() in there}:
            if first[0].casefold() in there:
                yield str(row["person_id"]), first[0], last


def names_in(people: pl.DataFrame, texts: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Of everybody the id and names of which every word is in the texts, or that stand there letter by letter: few."""
    there = _words(texts)
    runs = [run for text in texts for run in spaced_out(text)]
    for row in people.iter_rows(named=True):
        names = (
            name
            for name in names_of(row)
            if there.issuperset(word.casefold() for word in name) or in_runs(" ".join(name), runs)
        )
        yield from ((str(row["person_id"]), name) for name in names)
