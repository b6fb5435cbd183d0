"""The forms a date is written in: strptime directives as regular expressions, and which form has its order in doubt."""

import re
from functools import cache

from hiu.errors import SettingsError
from hiu.month import NAMES

DEFAULT = (
    "%d/%m/%Y", "%Y-%m-%d", "%d-%b-%Y", "%d/%m/%y", "%d-%b-%y", "%d.%m.%Y", "%d.%m.%y", "%d-%m-%Y", "%d-%m-%y",
    "%d %b %Y", "%d %b %y", "%Y/%m/%d", "%Y%m%d", "excel", "%b %d %Y", "%d/%b/%Y", "%d/%b/%y", "%d%b%Y", "%d %m %Y",
    "%Y.%m.%d", "%Y-%b-%d", "%Y%m%d%H%M", "%Y%m%d%H%M%S",
)  # fmt: skip
"""Forms tried, in order, where a source names none: day first always, as in the UK."""

MONTHS = ("%Y-%m", "%b-%y", "%b-%Y", "%b %Y", "%b %y", "%m/%Y", "%m-%Y", "%m.%Y", "%Y/%m")
"""Forms of a month without a day: they are for counts alone, and read as the month's first day."""

MONTH = {name.lower(): str(number) for number, name in enumerate(NAMES, 1)}
_SHORT = {"sep": "sept?(?:ember)?", "may": "may"}
_LONG = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_NAME = "|".join(_SHORT.get(name[:3], f"{name[:3]}(?:{name[3:]})?") for name in _LONG)
_PARTS = {
    "%d": r"(?P<d>[0-9]{1,2})",
    "%m": r"(?P<m>[0-9]{1,2})",
    "%Y": r"(?P<Y>[0-9]{4})",
    "%y": r"(?P<y>[0-9]{2})",
    "%b": rf"(?P<b>(?i:{_NAME}))",
    "%B": rf"(?P<b>(?i:{_NAME}))",
    "%H": r"(?P<H>[0-9]{1,2})",
    "%I": r"(?P<H>[0-9]{1,2})",
    "%M": r"(?P<M>[0-9]{2})",
    "%S": r"(?P<S>[0-9]{2})(?:[.,][0-9]+)?",
    "%p": r"(?P<p>[AaPp])\.?[Mm]?\.?",
    "%z": r"(?P<z>(?i:Z|UTC|GMT|BST)|[+-][0-9]{2}(?::?[0-9]{2})?)",
}
CLOCK = (
    r"(?:(?P<w>(?i:(?:12 ?)?noon|midday|(?:12 ?)?midnight))|(?P<H>[0-9]{1,2})"
    r"(?:[:.hH]?(?P<M>[0-9]{2})(?:[:.]?(?P<S>[0-9]{2})(?:[.,][0-9]+)?)?)?"
    r"\s*(?:(?P<p>[AaPp])\.?[Mm]\.?)?(?P<u>\s*(?i:hours|hrs?|h)\.?)?)"
)
"""A time of day as people write it: 13:30, 1330, 1330hrs, 13.30, 13h30, 1:30 pm, 1pm, noon."""

_AFTER = rf"(?:(?:[ T]|, )\s*(?:{CLOCK}\s*{_PARTS['%z']}?|(?P<x>(?i:unknown|not known|n/?k|unk|tbc)|[?:-]+)))?"
_EXCEL = r"^(?P<n>[0-9]{5}(?:\.[0-9]+)?)$"
SERIALS = {"excel": "1899-12-30", "excel1904": "1904-01-01"}
"""Serial numbers of a spreadsheet, by the day that is 0: that of Windows, and that of old workbooks from a Mac."""
EPOCHS = {"epoch": 1_000_000, "epochms": 1_000}
"""Time since the beginning of 1970 in UTC, in seconds or in thousandths of one, by the microseconds of its unit."""
_EPOCH = {"epoch": r"^(?P<n>-?[0-9]{1,10}(?:\.[0-9]+)?)$", "epochms": r"^(?P<n>-?[0-9]{1,13})$"}
"""Births before 2001 have fewer figures than what happens now, and those before 1970 a minus."""

TIME_FIRST = (
    r"^((?:[01]?[0-9]|2[0-4])(?:[:.][0-5][0-9](?:[:.][0-5][0-9])?|[0-5][0-9]))\s*(?i:hours|hrs?|h)?\.?,?\s+"
    r"(?:(?i:on)\s+)?"
    r"([0-9]{1,2}[/.\-][0-9]{1,2}[/.\-][0-9]{2,4}|[0-9]{1,2}[ \-/]?[A-Za-z]{3,9}[ \-/,]*[0-9]{2,4}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{6}|[0-9]{8})$"
)
"""A time of day before a whole date, as in '0436hrs 01MAR26': its groups are the time and the date."""

GROUPS = ("d", "m", "Y", "y", "b", "H", "M", "S", "p", "z", "n", "w", "u", "x")


@cache
def pattern(form: str) -> str:
    """The regular expression of a form. Raises SettingsError for a directive that is not known."""
    if form.lower() in SERIALS:
        return _EXCEL
    if form.lower() in EPOCHS:
        return _EPOCH[form.lower()]
    form = _plain(form)
    packed = re.search(r"%\w%\w", form)
    out = ""
    for piece in re.findall(r"%\w|\s+|.", form):
        if piece.startswith("%") and piece not in _PARTS:
            readable = ", ".join((*SERIALS, *EPOCHS, *_PARTS, "%a", "%A"))
            raise SettingsError(f"'{form}': '{piece}' can't be read; known are {readable}")
        part = _PARTS.get(piece, r"\s+" if piece.isspace() else re.escape(piece))
        out += part.replace("{1,2}", "{2}") if packed else part
    return f"^{out}{'' if '(?P<H>' in out or is_month(form) else _AFTER}$"


@cache
def compiled(form: str) -> re.Pattern[str]:
    """The same for Python, which keeps it compiled."""
    return re.compile(pattern(form))


def _plain(form: str) -> str:
    """Written out, without the weekday (it may stand before every date, and must fit it) and without 'at'."""
    form = re.sub(r",?\s+at\s+|\s*@\s*", " ", re.sub(r"%[aA][.,]?\s*", "", form))
    return form.replace("%T", "%H:%M:%S").replace("%R", "%H:%M").replace("%F", "%Y-%m-%d")


def is_month(form: str) -> bool:
    """Whether the form names no day: such a value is a month."""
    return (
        form.lower() not in (*SERIALS, *EPOCHS)
        and "%d" not in form.replace("%F", "%d")
        and ("%m" in form or "%b" in form)
    )


def swapped(form: str) -> str | None:
    """The form with day and month in each other's place; None if nothing can be mistaken in it."""
    form = form.replace("%F", "%Y-%m-%d")
    if "%d" not in form or "%m" not in form:
        return None
    return form.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")


def order(form: str) -> str | None:
    """'day' or 'month' by which comes first; None if the month is a name, or the year leads, as in ISO."""
    if swapped(form) is None or form.lstrip().startswith(("%Y", "%F", "%y")):
        return None
    return "day" if form.index("%d") < form.index("%m") else "month"
