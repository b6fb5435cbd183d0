"""Text as sent made comparable: white space, lost values, wrongly decoded letters, folding."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import polars as pl

MARKS = (
    "", "-", "--", ".", "?", "\\n", "(null)", "<null>", "[null]", "{null}", "#null!", "(none)", "<none>", "(blank)",
    "<na>", "#n/a",
)  # fmt: skip
"""Cells that hold no value and can be nobody's name: what databases and spreadsheets write for nothing."""
NOTHING = (*MARKS, "null", "none", "nan", "nat", "n/a", "na", "n.a.", "nil")
"""Cells that hold no value, in small letters, capitals or with a first capital."""


def _in_any_case(words: tuple[str, ...]) -> list[str]:
    return sorted({form for word in words for form in (word, word.upper(), word.title(), "NaN", "NaT")})


_NOTHING, _NO_NAME = _in_any_case(NOTHING), _in_any_case(MARKS)
NULLS = _in_any_case(("", "null", "nan", "nat", "none", *(mark for mark in MARKS if "n" in mark and mark != "#n/a")))
"""How databases write an empty cell: nobody said there that a value is not known."""
DITTO = r"^(?i:[\"'`´’”“„〃,. -]*[\"'`´’”“„〃]{1,}[\"'`´’”“„〃,. -]*|,,+|do\.|ditto\.?|as above|same(?: as above)?)$"
"""A mark or word that stands for the value above it."""
_BLANK = " \t\r\n\v\f\u00a0\u2007\u200b\u202f\ufeff"
_OTHER = r"\t\v\f\u00a0\u2000-\u200b\u202f\u2060\u3000\ufeff"
_SPACES = r"[\s\u200b\u2060\ufeff]{2,}|[[\s\u200b\u2060\ufeff]--[ ]]"
_SPACED = rf"[ {_OTHER}]{{2,}}|[{_OTHER}]"
"""Runs of blanks, and a blank that is no space: a space alone stays as it is."""
ROUGH = rf"""{_SPACES}|^[ '"]|[ '"]$|\.0+$"""
"""What a cell has that `tidied`, `tidied_name` or `codes.whole` would change, unless it holds nothing."""
_BREAK = r"\s*[\r\n\u0085\u2028\u2029]\s*"
_MOJIBAKE = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0178\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]")
_TIMES = 3
_PLAIN = {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH", **dict.fromkeys("'’‘ʼ`´", "")}
_LETTERS = str.maketrans(_PLAIN | dict(zip("łŁøØđĐðÐı-–—‐/.,_", "lLoOdDdDi        ", strict=True)))
_DIGITS = str.maketrans("0125689", "OLZSGBG")


def bag(words: str) -> frozenset[str]:
    """Words parted by spaces, as a set."""
    return frozenset(words.split())


def by_word(**words: str) -> dict[str, str]:
    """Each of the words, parted by commas, and the key it stands under: `by_word(ROAD="RD")` is `{"RD": "ROAD"}`."""
    return {word: key for key, several in words.items() for word in several.split(",")}


def tidied(text: pl.Expr, *, words: bool = True) -> pl.Expr:
    """Text with its ends trimmed and runs of white space made one space; cells that hold nothing are null.

    `words=False` is for values without spaces in them (numbers, codes, dates), where trimming is enough.
    """
    return filled(text.str.replace_all(_SPACES, " ").str.strip_chars(" ") if words else text.str.strip_chars(_BLANK))


def tidied_name(text: pl.Expr) -> pl.Expr:
    """The same for a name: 'Null' and 'Na' may be names, so only marks count as nothing; a line break between words
    stays, as it may part two people."""
    text = text.str.strip_chars(_BLANK).str.replace_all(_BREAK, "\n").str.replace_all(_SPACED, " ").str.strip_chars(" ")
    return filled(text, name=True)


def filled(text: pl.Expr, *, name: bool = False) -> pl.Expr:
    """Trimmed text, or null where it holds nothing."""
    return pl.when(~text.is_in(_NO_NAME if name else _NOTHING)).then(text)


def per_value(texts: pl.Series, read: Callable[[str], Any], type: Any = pl.String) -> pl.Series:
    """`read` of each value, worked out once per distinct value."""
    if not texts.count():
        return pl.Series("read", [], dtype=type).extend_constant(None, len(texts))
    distinct = texts.drop_nulls().unique(maintain_order=True)
    table = {"text": distinct, "read": pl.Series([read(value) for value in distinct], dtype=type)}
    return texts.to_frame("text").join(pl.DataFrame(table), on="text", how="left", maintain_order="left")["read"]


def looks_of(texts: pl.Series) -> str | None:
    """The commonest form: 9 for a digit, A for letters, so that nothing of a value is in it; None of no cells."""
    if texts.is_empty():
        return None
    form = texts.alias("text").str.replace_all(r"\p{L}+", "A").str.replace_all(r"[0-9]", "9").str.slice(0, 40)
    return str(form.value_counts().sort("count", "text", descending=[True, False])["text"][0])


def in_words(looks: str, texts: pl.Series | None = None) -> str:
    """What cells of a look are like, after 'most': ditto marks are named where `texts` shows that they are some."""
    if (texts is not None and 2 * texts.str.contains(DITTO).sum() > len(texts)) or re.fullmatch(DITTO, looks):
        return "are ditto marks (where they mean the value above, fill_down under [file] reads them so)"
    if not re.search("[A9]", looks):
        return f"hold nothing but the sign '{looks}'"
    return f"look like {looks}, where A is a word and 9 a digit"


def repaired(text: str) -> str:
    """Letters of UTF-8 that were read as cp1252 or Latin-1 ('WoÅºniak'), once or more often, put right when they decode
    cleanly.
    """
    for _ in range(_TIMES):
        if not _MOJIBAKE.search(text):
            break
        try:
            text = b"".join(map(_byte, text)).decode("utf-8")
        except UnicodeError:
            break
    return text


def _byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")


@lru_cache(maxsize=200_000)
def fold(text: str) -> str:
    """For matching: upper case A-Z, no accents or punctuation, words parted by one space.

    A digit inside a word is read as the letter it looks like ('BR0WN').
    """
    if text.isascii() and text.isalpha():
        return text.upper()
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).upper()
    words = (_word(word) for word in plain.split())
    return " ".join(word for word in words if word)


def _word(word: str) -> str:
    if any(letter.isdigit() for letter in word) and sum(letter.isalpha() for letter in word) >= 2:
        word = word.translate(_DIGITS)
    return "".join(letter for letter in word if "A" <= letter <= "Z")
