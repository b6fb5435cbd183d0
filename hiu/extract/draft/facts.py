"""Dated facts of a register: which column holds which, and a pattern that reads its cells."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from hiu.extract.dates.formats import CANDIDATES, detect
from hiu.extract.draft.codes import code_lines
from hiu.extract.draft.columns.look import Look
from hiu.extract.draft.columns.words import nearness, words
from hiu.extract.draft.lines import array, comment, quoted, table
from hiu.extract.files.header import squash
from hiu.extract.values.codes import YES_NO
from hiu.extract.values.dates import read_stamps
from hiu.sources import Packed

_NEAR = 80
_DAY = r"(?P<at>\d[^()]*\d|\d)"
_FORMS = (
    r"(?P<at>.+)",
    rf"(?P<value>[^\d]*?[^\d\s:;,(\-–])[\s:;,(\-–]*(?:on\s+|dated\s+)?(?:{_DAY})?[\s).]*",
    r"(?P<at>\d[\w/.\-]*(?:\s+[A-Za-z]{3,9}\s+\d{2,4})?)[\s:;,(\-–]+(?P<value>[^\d]+?)[\s).]*",
    rf"[^\d]*{_DAY}[\s).]*",
)
"""Cells that are read: a date; 'Given 01/06/2025' or 'Given'; '01/06/2025 - given'; 'Offered on 01/06/2025'."""
_USUAL = {
    "consent": ("consent", "agreed", "agreement", "consented"),
    "permission": ("permission", "clinician agrees", "lead clinician agreed", "clinician agreed", "clinician consent"),
    "capacity": ("capacity", "mental capacity", "capacity assessment"),
    "notice": ("privacy notice", "fair processing notice", "notice given"),
    "offered": ("offered", "date of offer", "support offered", "offer made"),
    "start": ("support started", "start of support", "date started", "joined", "start date", "accepted on"),
    "end": ("support ended", "date ended", "closed", "end date", "discharged on"),
    "plan": ("plan", "response plan", "care plan", "plan agreed", "crisis plan"),
    "plan_review": ("plan review", "review due", "next review", "review date"),
    "contact": ("contacts", "visits", "contact dates", "sessions"),
    "lead_clinician": ("lead clinician", "lead professional", "care coordinator", "consultant"),
    "cmht": ("cmht", "community team"),
    "death": ("date of death", "death date", "deathdate", "died", "deceased", "dod"),
}
_WORDED = ("consent", "permission", "capacity")


@dataclass(frozen=True)
class Found:
    """A fact and its columns: the header, the header of its date, and whether the source accepts both as they are."""

    packed: Packed
    header: str
    at: str | None
    sure: bool


def find_facts(looks: Mapping[str, Look], templates: Sequence[Packed], taken: set[str]) -> list[Found]:
    """The facts of a register whose columns are in the file: by accepted header, then by the nearest."""
    found: dict[int, Found] = {}
    used = set(taken)
    free = {squash(header): header for header in looks if header not in used}
    for index, packed in enumerate(templates):
        if header := next((free[squash(word)] for word in packed.columns if squash(word) in free), None):
            found[index] = Found(packed, header, None, True)
            used.add(header)
    for score, index, header in sorted(_scores(looks, templates)):
        if -score >= _NEAR and index not in found and header not in used and _fits(templates[index], looks[header]):
            found[index] = Found(templates[index], header, None, False)
            used.add(header)
    with_days = []
    for index in sorted(found):
        each = found[index]
        at, sure = _day_column(each, looks, used)
        used |= {at} if at else set()
        with_days.append(replace(each, at=at, sure=each.sure and sure))
    return with_days


def _scores(looks: Mapping[str, Look], templates: Sequence[Packed]) -> Iterator[tuple[float, int, str]]:
    for index, packed in enumerate(templates):
        usual = () if packed.fact == "grading" else _USUAL.get(packed.fact, ())
        for header in looks:
            yield from ((-nearness(header, word), index, header) for word in (*packed.columns, *usual))


def _fits(packed: Packed, seen: Look) -> bool:
    """Whether cells can be the fact: a column of days is no consent where a word is asked, nor words a date."""
    if packed.fact in _WORDED:
        return seen.kind != "time" and not {"date", "on"} & words(seen.header)
    if packed.fact in ("cmht", "lead_clinician"):
        yes_no = sum(value.split()[0].casefold().strip(",:-") in YES_NO for value in seen.counted)
        return not seen.dated and yes_no * 2 <= seen.distinct
    if packed.fact in ("contact", "grading"):
        return True
    return not seen.filled or any(any(map(str.isdigit, value)) for value in seen.counted)


def _day_column(found: Found, looks: Mapping[str, Look], used: set[str]) -> tuple[str | None, bool]:
    free = [header for header, seen in looks.items() if header not in used and seen.dated]
    headers = {squash(word) for word in found.packed.at_columns}
    if named := next((header for header in free if squash(header) in headers), None):
        return named, True
    if found.packed.fact not in (*_WORDED, "lead_clinician", "cmht"):
        return None, True
    stems = {word[:5] for word in words(found.header) | {found.packed.fact}}
    alike = [header for header in free if any(word[:5] in stems for word in words(header))]
    return (alike[0], False) if alike else (None, True)


def fact_lines(found: Sequence[Found], looks: Mapping[str, Look], *, whole: bool) -> list[str]:
    """The facts as TOML. Unless `whole`, only if one of them needs a word of its own, as a list replaces a list."""
    blocks = [_block(each, looks) for each in found]
    if not whole and all(plain for plain, _ in blocks):
        return [f"\n# fact {each.packed.fact} <- {comment(each.header)}" for each in found]
    lines = [] if not found or whole else ["\n# One fact differs, and a list is replaced whole: here is every one."]
    return [*lines, *(line for _, block in blocks for line in block)]


def _block(found: Found, looks: Mapping[str, Look]) -> tuple[bool, list[str]]:
    """Whether the source reads the fact as it stands, and its lines."""
    packed, seen = found.packed, looks[found.header]
    at_formats = looks[found.at].formats if found.at else ()
    pattern, read, total = _pattern(packed, seen, days=bool(found.at))
    values, days = _taken(seen, packed.split, pattern)
    formats = tuple(dict.fromkeys([*detect(pl.Series(days, dtype=pl.String)).formats, *at_formats]))
    lacking = {word for word in values if word.casefold() not in {each.casefold() for each in packed.codes}}
    dates_alone = packed.fact in _WORDED and "?P<value>" not in pattern
    plain = found.sure and pattern == packed.pattern and not dates_alone and not (packed.codes and lacking)
    plain = plain and set(formats) <= set(packed.formats)
    mark = "" if found.sure else f"  # CHECK: read as {packed.fact} by its name"
    lines = ["\n[[facts]]", f'fact = "{packed.fact}"', f"columns = {array([found.header])}{mark}"]
    if found.at:
        lines.append(f"at_columns = {array([found.at])}" + ("" if found.sure else "  # CHECK: its date"))
    lines += [f'role = "{packed.role}"'] if packed.role else []
    lines += [f"split = {quoted(packed.split)}"] if packed.split else []
    unread = f"  # CHECK: {total - read} of {total} cells are not read" if read < total else ""
    lines.append(f"pattern = {quoted(pattern)}{unread}")
    lines += [f"formats = {array(formats)}"] if formats and formats != packed.formats else []
    if dates_alone:
        lines.append(
            f"value = {quoted(_YES[packed.fact])}  # CHECK: the cells hold dates alone: is this what they mean"
        )
    return plain, [*lines, *_code_lines(packed, seen, values)]


_YES = {"consent": "given", "permission": "granted", "capacity": "reviewed"}


def _code_lines(packed: Packed, seen: Look, values: Mapping[str, int]) -> list[str]:
    lacking = {word for word in values if word.casefold() not in {each.casefold() for each in packed.codes}}
    if not packed.codes:
        return []
    if not lacking:
        return [f"codes = {table(packed.codes)}"]
    words = {**packed.codes, **{ours: ours for ours in packed.codes.values() if ours}}
    shown = replace(seen, counted=dict(values), codes=())
    return code_lines("[facts.codes]", shown, words, packed.codes)


def _pattern(packed: Packed, seen: Look, *, days: bool) -> tuple[str, int, int]:
    """The source's own pattern if it reads every cell, else the one that reads most; cells read, and cells."""
    forms = [packed.pattern, *(_FORMS if packed.fact not in ("contact", "grading") else ())]
    if packed.fact in _WORDED and (days or not seen.dated):
        forms.remove(_FORMS[0])
    cells = [piece for cell in seen.counted for piece in _pieces(cell, packed.split)]
    found = {form: [re.fullmatch(form, cell) for cell in cells] for form in forms}
    dates = _dates([match for matches in found.values() for match in matches if match])
    scored = [(sum(_is_read(match, packed, dates) for match in matches), form) for form, matches in found.items()]
    best = max(scored, key=lambda each: each[0])
    return best[1], best[0], len(cells)


def _pieces(cell: str, split: str) -> list[str]:
    parts = cell.split(split.strip() or split) if split else [cell]
    return [part.strip() for part in parts if part.strip()]


def _dates(matches: Sequence[re.Match[str]]) -> set[str]:
    """What the patterns took for a date and is one."""
    texts = {(match.groupdict().get("at") or "").strip() for match in matches} - {""}
    sent = pl.Series(sorted(texts), dtype=pl.String)
    return set(sent.filter(read_stamps(sent, CANDIDATES)["stamp"].is_not_null()))


def _is_read(match: re.Match[str] | None, packed: Packed, dates: Collection[str]) -> bool:
    if match is None:
        return False
    groups = match.groupdict()
    at, value = groups.get("at"), groups.get("value")
    sound = not at or at.strip() in dates
    wordy = packed.fact not in _WORDED or not value or not any(map(str.isdigit, value))
    return sound and wordy and bool(at or value or groups.get("grade"))


def _taken(seen: Look, split: str, pattern: str) -> tuple[dict[str, int], list[str]]:
    """The words of the cells with their rows, and the dates."""
    values, days = dict[str, int](), list[str]()
    for cell, rows in seen.counted.items():
        for piece in _pieces(cell, split):
            groups = match.groupdict() if (match := re.fullmatch(pattern, piece)) else {}
            if value := (groups.get("value") or "").strip():
                values[value] = values.get(value, 0) + rows
            days += [groups["at"].strip()] if groups.get("at") else []
    return values, days
