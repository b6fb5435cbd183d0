"""A table with a column for each month: which columns, and how their headers write the month."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from hiu.extract.dates.month_forms import month_format
from hiu.extract.draft.columns.look import Look

_LEAST = 2
_MOMENT = re.compile(r"\d{4}-\d\d-01( 00:00:00)?")
_WILD = {"%b": "???", "%B": "*", "%y": "??", "%Y": "????", "%m": "??", "%d": "??"}


@dataclass(frozen=True)
class Wide:
    """Columns of months: their headers, how they write the month, and a pattern for them that takes later months."""

    headers: tuple[str, ...]
    month: str
    columns: str


def find_wide(headers: Sequence[str], looks: Mapping[str, Look]) -> Wide | None:
    """The columns of months, if there are two at least that hold whole numbers or nothing."""
    able = [header for header in headers if looks[header].whole or not looks[header].filled]
    for before, after in _edges(able):
        inner = {
            header: header[len(before) : len(header) - len(after)] for header in able if _has(header, before, after)
        }
        form = _common_form(inner)
        if form:
            chosen = tuple(header for header, text in inner.items() if month_format([text], bare=True) == form)
            return _as_wide(chosen, form, before, after, headers)
    return None


def _shared(words: Sequence[str]) -> str:
    """What all of them begin with."""
    first, last = min(words), max(words)
    return first[: next((at for at, letter in enumerate(first) if last[at : at + 1] != letter), len(first))]


def _has(header: str, before: str, after: str) -> bool:
    return header.startswith(before) and header.endswith(after) and len(header) > len(before) + len(after)


def _edges(headers: Sequence[str]) -> list[tuple[str, str]]:
    """What may stand before and after the month in all its headers: nothing, or the words that they share."""
    dated = [header for header in headers if re.search(r"\d\d", header)]
    if len(dated) < _LEAST:
        return []
    before = re.match(r"(?:.*[\s_:-])?", _shared(dated))
    after = _shared([header[::-1] for header in dated])[::-1]
    words = re.search(r"[\s_:-]+\D*$", after)
    return [("", ""), (before[0] if before else "", words[0] if words else "")]


def _common_form(inner: Mapping[str, str]) -> str:
    forms = [form for text in inner.values() if (form := month_format([text], bare=True))]
    best = max(set(forms), key=forms.count, default="")
    return best if forms.count(best) >= _LEAST else ""


def _as_wide(chosen: tuple[str, ...], form: str, before: str, after: str, headers: Sequence[str]) -> Wide:
    if all(_MOMENT.fullmatch(header) for header in chosen):
        form, shown = "%b-%y", "???-??"
    else:
        shown = re.sub(r"%\w", lambda found: _WILD[found[0]], form)
    pattern, month = f"{before}{shown}{after}", f"{before.replace('%', '%%')}{form}{after.replace('%', '%%')}"
    strangers = [h for h in headers if h not in chosen and fnmatchcase(h.casefold(), pattern.casefold())]
    special = re.search(r"[\[\]*?]", before + after)
    return Wide(chosen, month, f"{chosen[0]}...{chosen[-1]}" if strangers or special else pattern)
