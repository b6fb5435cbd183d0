"""Which files are deliveries of a source: a pattern without the words that change from month to month."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from hiu.extract.files.find import period_of, takes
from hiu.sources import Source

_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?"
)
_CHANGING = re.compile(
    rf"(?:{_MONTH})(?:\d\d|\d{{4}})?|\d+(?:st|nd|rd|th)?|fy\d*|m\d\d?|p\d\d?|q[1-4]|w\d\d?|v\d+[a-z]?|ver\d*|rev\d*"
    r"|\d{4}q[1-4]|\d\d?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\d*|version|final|finalised|draft|copy"
    r"|new|latest|updated?|amended|corrected|correction|revised|resent|resend|resubmission|resubmitted|fixed|signed"
    r"|mth|wk|week|ending|quarter|ytd|t\d+z?",
    re.IGNORECASE,
)
"""A word of a file's name that another month's file would not have."""
_PIECES = re.compile(r"[^\W_]+|[\W_]+")
_LONG = ("csv", "tsv", "txt", "xlsx", "xlsm", "xls", "dat", "parquet")


def endings(path: PurePosixPath | Path) -> str:
    """The ending of a name, of a packed file both: '.csv', '.csv.gz'."""
    packed = path.suffix.lower() in (".gz", ".zip") and path.suffixes[-2:-1]
    inner = path.suffixes[-2].lower() if packed and path.suffixes[-2].lower().lstrip(".") in _LONG else ""
    return inner + path.suffix.lower()


def lasting(name: str) -> str:
    """The name of a file without its ending, with * for what changes from month to month; '*' if nothing lasts.

    'Police extract Feb26 FINAL v2' is 'Police extract*'.
    """
    out = ""
    for piece in _PIECES.findall(name):
        parts = re.findall(r"\d+|\D+", piece) if re.fullmatch(r"[^\W\d]{3,}\d{2,}", piece) else [piece]
        for part in parts:
            out += "*" if _CHANGING.fullmatch(part) else part
    out = re.sub(r"[\W_]*\*[\W_*]*(?=\*|$)", "*", re.sub(r"\*[\W_]*(?=\*)", "*", out))
    return re.sub(r"\*+", "*", out) or "*"


def pattern_of(path: Path, others: Sequence[Path] = ()) -> tuple[str, str]:
    """A pattern that takes the file and the same file of other months, and what is to be looked at, else ''.

    `others` are the other files that were delivered: the pattern takes none whose lasting name differs, if it can.
    """
    ending = endings(path)
    stem = lasting(path.name[: len(path.name) - len(ending)])
    if stem.strip("*") == "":
        return _by_folder(path, ending)
    for pattern in _candidates(stem, ending, path):
        if not (strangers := [other for other in others if _fits(pattern, other) and not _same(path, other)]):
            return pattern, ""
    return pattern, f"it takes {strangers[0].name} too"


def _candidates(stem: str, ending: str, path: Path) -> Iterator[str]:
    """Patterns from the widest to the file's own name."""
    yield f"{stem.rstrip('*')}*{ending}"
    yield f"{stem}{ending}"
    yield "".join(_masked(piece) for piece in _PIECES.findall(path.name[: len(path.name) - len(ending)])) + ending
    yield path.name


def _masked(piece: str) -> str:
    """A word that changes as so many letters: 'Mar' is '???', as 'Apr' would be."""
    return "?" * len(piece) if _CHANGING.fullmatch(piece) else piece


def _by_folder(path: Path, ending: str) -> tuple[str, str]:
    """A name of nothing but a month: the folder it lies in says whose it is, if it does."""
    folder = path.parent.name
    if folder and lasting(folder).strip("*"):
        return f"*{lasting(folder).strip('*')}*/*{ending}", "by its folder, as its name holds nothing but a month"
    return f"*{ending}", f"the name holds nothing but a month: it takes every {ending} file; ask for a name of its own"


def _fits(pattern: str, path: Path) -> bool:
    wild = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern.rpartition("/")[2])
    return re.fullmatch(wild, path.name, re.IGNORECASE | re.DOTALL) is not None


def _same(path: Path, other: Path) -> bool:
    """Whether two files differ in changing words alone."""
    first, second = (lasting(each.name[: len(each.name) - len(endings(each))]).casefold() for each in (path, other))
    return re.sub(r"[\W_]", "", first) == re.sub(r"[\W_]", "", second)


def names_a_month(path: Path, source: Source | None) -> bool:
    """Whether the file's name or its folder's says which month it is for."""
    plain = source or Source.model_validate(_ANY)
    return period_of(f"{path.parent.name}/{path.name}", plain) is not None


_ANY: Mapping[str, object] = {
    "name": "any",
    "title": "any",
    "kind": "events",
    "agency": "any",
    "file": {"pattern": "*"},
    "key": {"event": []},
    "fields": {},
}


def also_taken_by(path: Path, sources: Iterable[Source], name: str) -> list[Source]:
    """Other sources whose pattern takes the file."""
    return [source for source in sources if source.name != name and takes(source, f"{path.parent.name}/{path.name}")]
