"""A word that a code list lacks is quoted only where it can name nobody."""

from __future__ import annotations

import polars as pl
import pytest

from hiu.extract.files.quotable import may_name
from hiu.extract.rates.leftover import sort_out
from hiu.sources import load_sources

POLICE = load_sources()["police"]


def words(*cells: tuple[str, str]) -> str | None:
    """What is said of unknown roles: (word, name of the row's person)."""
    texts, names = zip(*cells, strict=True)
    frame = pl.DataFrame({"text": texts, "named": names, "who": names})
    frame = frame.with_columns(unknown=True, nobody=False, aside=False)
    return sort_out(frame, "role", POLICE).words


def test_words_of_several_people_are_quoted() -> None:
    assert words(*[("Bystander", f"PERSON {n}") for n in range(3)]) == "Bystander 3"


@pytest.mark.parametrize(
    "word",
    [
        "Quillfeather Zebedee again",
        "quillfeather",
        "Griselda Plumtree (sister)",
        "GRISELDA PLUMTREE",
        "Griselda-Plumtree house",
        "G r i s e l d a P",
        "ring 07700 900123",
        "9 9 9 0 0 0 0 0 1 8",
        "９９９００００００１８",
        "Ｑｕｉｌｌｆｅａｔｈｅｒ",
    ],
)
def test_a_word_that_could_name_somebody_is_not(word: str) -> None:
    rows = [(word, "ZEBEDEE QUILLFEATHER"), *[(word, f"PERSON {letter}") for letter in "ABCDEFGH"]]
    assert words(*rows) is None
    rows += [("Bystander", f"PERSON {letter}") for letter in "ABC"]
    assert words(*rows) == "Bystander 3 and 1 other word (not shown)"


def test_a_word_of_one_person_is_not_unless_it_is_ordinary() -> None:
    assert words(*[("Neddy", "PERSON A")] * 3) is None
    assert words(("NOM", "PERSON A")) == "NOM 1"


def test_ordinary_codes_in_capitals_are_no_names() -> None:
    for text in ("Concern For Welfare", "Left on scene by choice", "Public Order", "NOM", "Not Conveyed"):
        assert not may_name(text, []), text
