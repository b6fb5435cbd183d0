"""A column of initials: two or three letters a person, some of which are a title, a rank or a word for 'not known'."""

import re
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from hiu.extract.values.people.names import Name
from hiu.extract.values.people.nobody import names_nobody

_FORM = r"^\p{L}[. ]{0,2}\p{L}(?:[. ]{0,2}\p{L})?\.?$"
_WORDS = r"^(?i:unk|ukn|tbc|tba|nil|nfn|n\.?f\.?a\.?|dob|doe)$"
"""Words of three letters that nobody's initials are likely to be."""
_MOST = 0.8


def of_initials(names: pl.Series) -> bool:
    """Whether most names of a column are initials."""
    return names.count() > 0 and float(names.str.contains(_FORM).sum()) >= _MOST * names.count()


def initials_in(names: pl.Series, unknown: Sequence[re.Pattern[str]] = ()) -> list[str]:
    """The texts that are initials, leaving out UNK and the like, and a site's own forms of what names nobody."""
    found = names.filter(names.str.contains(_FORM) & ~names.str.contains(_WORDS)).unique()
    return [text for text in found if not any(form.fullmatch(text) for form in unknown)]


def initials(text: str) -> Name:
    """Initials, folded to letters, as the family name; `unknown` where they are a word that names nobody too."""
    letters = "".join(filter(str.isalpha, text)).upper()
    return Name(text=letters, family=letters, unknown=names_nobody(text))


def initials_warnings(cells: pl.DataFrame, people: pl.DataFrame, columns: Mapping[str, str]) -> Iterator[str]:
    """A sentence, with how many cells of a column of initials are such a word too and were taken for a person's."""
    if "name" not in cells.columns or not of_initials(cells["name"]):
        return
    doubtful = [text for text in initials_in(cells["name"]) if names_nobody(text)]
    if n := int((cells["name"].is_in(doubtful) & ~people["unknown"]).sum()):
        yield (
            f"{columns['name']}: {n:,} cell{'s' * (n != 1)} of initials could be a title, a rank or a word for 'not "
            "known' (MR, PC or NK); a birth or an NHS number stands beside, so each is read as a person's initials. "
            "If such a word names nobody here, add it to unknown_names"
        )
