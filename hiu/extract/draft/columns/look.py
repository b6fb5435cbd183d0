"""What a column's values look like: NHS numbers, postcodes, dates and their order, times, names, numbers, codes."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, datetime

import polars as pl

from hiu.extract.dates.formats import Detected, detect, is_timed
from hiu.extract.dates.month_forms import month_format
from hiu.extract.draft.columns.words import is_number_name, spaced
from hiu.extract.values.codes import not_known, still_open
from hiu.extract.values.dates import read_stamps
from hiu.extract.values.forms import swapped
from hiu.extract.values.nhs_number import checked
from hiu.extract.values.text import NOTHING, bag

_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?(?P<inward>\s*\d[A-Z]{2})?", re.I)
_NAME = re.compile(r"[^\W\d_][\w'’.\- ]*, *[^\W\d_].*")
_WORDS = re.compile(r"[^\W\d_]+([ '’\-][^\W\d_]+)*")
_GUID = re.compile(r"\{?[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?|[0-9a-f]{32,64}", re.I)
_CLOCK = re.compile(
    r"(1899-12-3[01] )?([01]?\d|2[0-4])(:[0-5]\d(:[0-5]\d)?( ?[ap]\.?m\.?| ?h(ou)?rs?)?"
    r"|([.:]?[0-5]\d)? ?[ap]\.?m\.?|[0-5]\d ?h(ou)?rs?)",
    re.I,
)
_BARE_CLOCK = re.compile(
    r"([01]?\d|2[0-4])[:.]?[0-5]\d([:.]?[0-5]\d)?( ?h(ou)?rs?| ?[ap]\.?m\.?)?|noon|midnight|0?\.\d+", re.I
)
_DAY_ALONE = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?\d{1,2}(?:st|nd|rd|th)?[ /.\-](?:\d{1,2}|[A-Za-z]{3,9})", re.I
)
_WHOLE = re.compile(r"\d{1,4}([.,]0+)?")
_SEXES = {"m", "f", "male", "female", "man", "woman", "x", "u", "i", "unknown", "other", "non-binary", "not known"}
_SEPARATORS = ("/", " - ", "^", "|", "\\", ";", " : ")
_MOST_CODES = 15
_SERIAL = {"date", "dob", "birth", "day", "dt"}
"""Words of a header below which numbers of five figures are a spreadsheet's dates."""
_BIRTH = {"dob", "birth", "birthdate", "born"}
_SERIAL_TIMED = re.compile(r"(3[6-9]|4\d|5[0-4])\d{3}\.\d{2,}")
"""A spreadsheet's date with a time of day, of 1998 to 2050, which hardly anything else looks like."""
_DAY_WORDS = {"date", "day", "when", "dt", "on", "seen", "dob"}
"""Words of a header below which 03/03 is a day without its year."""
_ENDS = bag("end ended discharge discharged disch closed close left departure departed finish finished stop until to")
_DATED = 0.8
"""The share of cells that must be dates: a few may say TBC, or hold a slip of the pen."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """One column's looks. `kind` is a field type, or 'time', 'month', 'day' (without a year), 'guid', 'key' or 'text'.

    `formats` are strptime forms, most frequent first, and `proof` says why the day or the month comes first; `codes`
    is a short list of values. `lettered`: most cells are words; `whole`: eight in ten are small whole numbers.
    `separator` parts two words in most cells. `middle` and `span` are the median date and the years between first and
    last, no year of two figures being later than `latest`.
    """

    header: str
    kind: str
    rows: int
    filled: int
    distinct: int
    formats: tuple[str, ...] = ()
    proof: str = ""
    codes: tuple[str, ...] = ()
    lettered: bool = False
    whole: bool = False
    separator: str = ""
    middle: datetime | None = None
    span: int = 0
    latest: int | None = None
    counted: Mapping[str, int] = field(default_factory=dict, repr=False)

    @property
    def dated(self) -> bool:
        """A column of days, with or without a time of day."""
        return self.kind in ("date", "timestamp")


def look(header: str, values: Sequence[str | None], latest: int | None = None) -> Look:
    """Look at a column. A kind needs nine in ten of the filled values (postcodes and names: seven in ten).

    `latest` is the last year that a date can be of: one of two figures that would be later is of the century before.
    """
    cells = [text for value in values if value and (text := " ".join(value.split())).casefold() not in NOTHING]
    counted = Counter(cells)
    seen = Look(header=header, kind="text", rows=len(values), filled=len(cells), distinct=len(counted), counted=counted)
    if not cells:
        return seen
    seen = replace(seen, lettered=_share(cells, _is_lettered) >= 0.7, whole=_share(cells, _WHOLE.fullmatch) >= 0.8)
    if _is_time(header, cells):
        return replace(seen, kind="time")
    texts = pl.Series(cells, dtype=pl.String)
    named = spaced(header).split()
    if not _ENDS.isdisjoint(named):  # a stay that goes on has a word in place of its end
        texts = texts.filter(~texts.to_frame("text").select(still_open(pl.col("text"))).to_series())
        cells = texts.to_list() or cells
    births = not _BIRTH.isdisjoint(named)
    dates = detect(texts, serials=_are_serials(named, cells), packed=not is_number_name(header), births=births)
    if _share_dated(dates) >= _DATED:
        kind = "timestamp" if is_timed(texts) else "date"
        return _with_span(replace(seen, kind=kind, formats=dates.formats, proof=_proof(dates), latest=latest))
    if month := month_format(cells, bare=_named_month(header)):
        return replace(seen, kind="month", formats=(month,))
    if _share(cells, _DAY_ALONE.fullmatch) >= 0.9 and not _DAY_WORDS.isdisjoint(named):
        return replace(seen, kind="day")
    kind = _kind(cells, counted)
    codes = tuple(sorted(counted)) if kind in ("text", "sex") and _are_codes(cells, counted) else ()
    kind = "code" if kind == "text" and codes else kind
    return replace(seen, kind=kind, codes=codes, separator=_separator(cells))


def _are_serials(named: Sequence[str], cells: list[str]) -> bool:
    """Whether numbers of five figures are dates: the header says so, or nearly all have a fraction as times have."""
    return not _SERIAL.isdisjoint(named) or _share(cells, _SERIAL_TIMED.fullmatch) >= _DATED


def _share_dated(dates: Detected) -> float:
    """The share of dates, those of the rarer order too."""
    return dates.share + min(dates.only_day, dates.only_month) / dates.rows if dates.formats else 0.0


def _proof(dates: Detected) -> str:
    return f"CHECK: {dates.proof}" if dates.conflict and not dates.slips else dates.proof


def agree_on_order(looks: Mapping[str, Look]) -> dict[str, Look]:
    """The looks, where a column that proves neither order takes the one that another column of the file proves."""
    proven = [seen for seen in looks.values() if seen.proof.startswith("month first")]
    if not proven or any(seen.proof.startswith("day first: ") for seen in looks.values()):
        return dict(looks)
    return {header: _follows(seen, proven[0].header) for header, seen in looks.items()}


def _follows(seen: Look, other: str) -> Look:
    if not seen.proof.startswith("day first assumed"):
        return seen
    proof = f"month first as in '{other}': no day over 12 seen here"
    return _with_span(replace(seen, formats=tuple(swapped(form) or form for form in seen.formats), proof=proof))


def _share(cells: list[str], test: object) -> float:
    return sum(bool(test(cell)) for cell in cells) / len(cells) if callable(test) else 0.0


def _is_lettered(cell: str) -> bool:
    """Whether most of a cell is letters, two at least: 'O'Neil', 'Jo', 'Damon455', no 'P0001'."""
    letters, digits = sum(map(str.isalpha, cell)), sum(map(str.isdigit, cell))
    return letters >= 2 and letters > digits and letters * 2 > len(cell.replace(".", ""))


def _is_time(header: str, cells: list[str]) -> bool:
    if _share(cells, _CLOCK.fullmatch) >= 0.9:
        return True
    named = not {"time", "hour", "hours", "hrs", "tm", "hhmm", "tod"}.isdisjoint(spaced(header).split())
    return named and _share(cells, lambda cell: _CLOCK.fullmatch(cell) or _BARE_CLOCK.fullmatch(cell)) >= 0.9


def _named_month(header: str) -> bool:
    return not {"month", "period", "mth"}.isdisjoint(spaced(header).split())


def _with_span(seen: Look) -> Look:
    read = read_stamps(pl.Series([*seen.counted], dtype=pl.String), seen.formats)
    late = pl.col("stamp").dt.year() > (seen.latest or MAXYEAR)
    stamps = read.select(pl.when(late).then("earlier").otherwise("stamp").alias("stamp"))["stamp"].drop_nulls().sort()
    if stamps.is_empty():
        return seen
    return replace(seen, middle=stamps[len(stamps) // 2], span=stamps[-1].year - stamps[0].year)


def _kind(cells: list[str], counted: Counter[str]) -> str:
    share = len(cells)
    tests = (
        ("nhs_number", 0.9, _nhs_numbers(cells) + _not_known(cells)),
        ("guid", 0.9, sum(bool(_GUID.fullmatch(cell)) for cell in cells)),
        ("postcode", 0.7, _postcodes(cells)),
        ("name", 0.7, sum(bool(_NAME.fullmatch(cell)) for cell in cells)),
        ("sex", 0.95, sum(cell.casefold() in _SEXES for cell in cells) if _both_sexes(counted) else 0),
    )
    for kind, least, hits in tests:
        if hits >= least * share:
            return kind
    return "key" if len(counted) == share > 2 and not all(_WORDS.fullmatch(cell) for cell in cells) else "text"


def _nhs_numbers(cells: list[str]) -> int:
    """How many cells are ten digits with their check digit, spaced or not; those that name nobody are among them."""
    digits = pl.lit(pl.Series(cells, dtype=pl.String)).str.replace_all(r"[ -]", "")
    return int(pl.select((digits.str.contains(r"^[0-9]{10}$") & checked(digits)).sum()).item())


def _not_known(cells: list[str]) -> int:
    """How many cells say 'not traced' and the like; none if that is half of them or more."""
    count = int(pl.select(not_known(pl.lit(pl.Series(cells, dtype=pl.String))).sum()).item())
    return count if 2 * count < len(cells) else 0


def _both_sexes(counted: Counter[str]) -> bool:
    """Whether men and women are both among the values: letters such as I and U alone are another code."""
    found = {cell.casefold()[:1] for cell in counted}
    return 1 < len(counted) <= 6 and bool(found & {"f", "w"}) and "m" in found


def _postcodes(cells: list[str]) -> int:
    """How many are postcodes; none when full ones are rare, as short codes (C2) look like outward parts."""
    found = [match for cell in cells if (match := _POSTCODE.fullmatch(cell))]
    return len(found) if 3 * sum(bool(match["inward"]) for match in found) > len(found) else 0


def _are_codes(cells: list[str], counted: Counter[str]) -> bool:
    """Few different short values, each several times: a code list rather than anybody's data."""
    return 0 < len(counted) <= _MOST_CODES and len(cells) >= 3 * len(counted) and max(map(len, counted)) <= 60


def _separator(cells: list[str]) -> str:
    """What parts two words in seven of ten cells, if it is none that every name is read by."""
    for mark in _SEPARATORS:
        form = re.compile(rf"[^\W\d_][\w'’.\- ]*{re.escape(mark)} ?[^\W\d_][\w'’.\- ]*")
        if _share(cells, form.fullmatch) >= 0.7:
            return mark
    return ""
