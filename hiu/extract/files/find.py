"""Deliveries: which files under the raw folder belong to which source, and for which month."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hiu.errors import InputRefused, SettingsError, UsageError, grouped
from hiu.extract.files.path_months import PathMonths, path_months
from hiu.extract.files.quotable import about_somebody
from hiu.model.words import NOT_TAKEN
from hiu.month import NAMES, Month
from hiu.plain import one_line
from hiu.sources import Source
from hiu.sources.spec import AS_WRITTEN

_TEMPORARY = re.compile(r"~\$.*|\..*|.*\.(lock|swp)|.*~|thumbs\.db|desktop\.ini", re.I)
_HIDDEN = re.compile(r"\.[^._~].*\.(csv|txt|tsv|xlsx|xlsm|xls|parquet|zip|gz)", re.I)
_WORDS = re.compile(r"[^\W\d_]+")
_UNFINISHED = re.compile(r".*\.(tmp|temp|part|partial|crdownload|bak)", re.I)
_NAMES_SOMEBODY = (
    "its name, or that of a folder, seems to hold somebody's name, NHS number or date of birth, and names of files are "
    "shown to everybody: rename it; or if it is nobody's, write these words into pattern under [file] of its source"
)


@dataclass(frozen=True)
class FoundFile:
    """A file taken by a source; `name` is its path relative to raw with forward slashes, `period` its month."""

    source: str
    path: Path
    name: str
    period: Month | None


@dataclass(frozen=True)
class RefusedFile:
    """A file that may not be read, with a short code and the reason."""

    name: str
    code: str
    reason: str


@dataclass(frozen=True)
class Sweep:
    """What lies under raw: `deliveries` by (period, name, source), those without a period last."""

    deliveries: tuple[FoundFile, ...]
    unmatched: tuple[str, ...]
    refused: tuple[RefusedFile, ...]


def find_deliveries(raw: Path, sources: Mapping[str, Source], ignored: Sequence[str] = ()) -> Sweep:
    """Every file under raw: the sources that take it, else `unmatched`; links that leave raw are `refused`.

    One file may serve several sources (a workbook with a sheet for each). What systems and programs leave (~$, .lock)
    is passed over; no source takes an unfinished or older copy (.part, .tmp, .bak), nor a hidden file. Of the files
    that no source takes, those that fit an `ignored` pattern are left out. A register, and a file whose path names no
    month, has no period. Raises UsageError when there is no such folder, SettingsError when a source's period pattern
    gives no month.
    """
    if not raw.is_dir():
        raise UsageError(f"{raw}: not found; expected the folder that holds the deliveries")
    deliveries: list[FoundFile] = []
    unmatched: list[str] = []
    refused: list[RefusedFile] = []
    home = raw.resolve()
    for path in _walk(raw, sources):
        name = path.relative_to(raw).as_posix()
        if one_line(name) != name:
            refused.append(RefusedFile(one_line(name), "name", "its name holds control characters; rename it"))
            continue
        if reason := _leaves(path, home):
            refused.append(RefusedFile(name, "link", reason))
            continue
        takers = [source for source in sources.values() if may_take(source, name)]
        ours = is_ignored(name, ignored)
        if not (ours and not takers) and (shown := unnamed(name, takers)) != name:
            refused.append(RefusedFile(shown, "name", _NAMES_SOMEBODY))
            continue
        taken = [FoundFile(source.name, path, name, period_of(name, source)) for source in takers]
        deliveries += taken
        if not taken and not ours:
            unmatched.append(name)
    return Sweep(tuple(sorted(deliveries, key=_order)), tuple(sorted(unmatched)), tuple(refused))


def is_ignored(name: str, patterns: Sequence[str]) -> bool:
    """Whether a file, or a sheet by its workbook's path and its own name, fits one of a site's ignored_files."""
    return any(_fits(name, pattern) for pattern in patterns)


def unnamed(name: str, takers: Sequence[Source]) -> str:
    """A path without what seems to be somebody's name, NHS number or birth in it: its first letter, and the ending.

    Words of the patterns that take the file are agreed, and so nobody's.
    """
    agreed = {word.casefold() for source in takers for text in source.file.patterns for word in _WORDS.findall(text)}
    parts = name.split("/")
    return "/".join(
        f"{part[0]}...{PurePosixPath(part).suffix}" if about_somebody(part, agreed) else part for part in parts
    )


def refuse_named(name: str, takers: Sequence[Source]) -> None:
    """Raises InputRefused('name') for a path that seems to be somebody's."""
    if (shown := unnamed(name, takers)) != name:
        raise InputRefused("name", _NAMES_SOMEBODY, file=shown)


def not_taken(*names: str) -> list[str]:
    """Why no source takes files, and what to do about it: a sentence a reason, with the names of the files."""
    return grouped([InputRefused(NOT_TAKEN, _why_not(name), file=name) for name in names])


def _why_not(name: str) -> str:
    if _UNFINISHED.fullmatch(name):
        return "an unfinished or older copy, by its ending, which is not read; finish it, or take it away"
    if _HIDDEN.fullmatch(name.rpartition("/")[2]):
        return "a hidden file (its name begins with a dot), which is not read: rename it or remove it"
    return (
        "no source takes this file: no pattern under [file] of a source fits its name. Write one that does, see "
        "'hiu new SOURCE FILE', move it, or name it under ignored_files in site.toml"
    )


def may_take(source: Source, name: str) -> bool:
    """Whether a run would take a file as this source's: it fits a pattern, and is neither hidden nor unfinished."""
    file = name.rpartition("/")[2]
    return takes(source, name) and not _UNFINISHED.fullmatch(name) and not _TEMPORARY.fullmatch(file)


def left_by_program(name: str) -> bool:
    """Whether a file is one that programs and systems leave, which a run passes over without a word."""
    file = name.rpartition("/")[2]
    return bool(_TEMPORARY.fullmatch(file)) and not _HIDDEN.fullmatch(file)


def takes(source: Source, name: str) -> bool:
    """Whether a file's name fits one of the source's patterns, and none that it leaves to another: * and ?, any case;
    with a slash, the whole path.

    A packed file is taken by the name of what it holds: police.csv.gz, and police.zip, by police*.csv.
    """
    patterns = source.file.patterns or (f"{source.name}*.parquet",)
    fits = any(_fits(one, pattern) for pattern in patterns for one in _names(name, pattern))
    return fits and not any(_fits(name, pattern) for pattern in source.file.leaves)


def _names(name: str, pattern: str) -> list[str]:
    """A name, and for a packed file what the file in it may be called."""
    stem, dot, ending = name.rpartition(".")
    if not dot or ending.lower() not in ("gz", "zip"):
        return [name]
    return [name, stem, stem + "." + pattern.rpartition(".")[2]]


def _fits(name: str, pattern: str) -> bool:
    pattern, text = unicodedata.normalize("NFC", pattern), unicodedata.normalize("NFC", name)
    if "/" not in pattern:
        text = text.rpartition("/")[2]
    wild = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(wild, text, re.IGNORECASE | re.DOTALL) is not None


def period_of(name: str, source: Source) -> Month | None:
    """The month a path names; None for a register or when there is none."""
    return months_of(name, source).month


def months_of(name: str, source: Source) -> PathMonths:
    """What a path says of months: as people write them, or by the source's own pattern, of which the last match holds.

    A register has none. Raises SettingsError when a source's pattern gives no month.
    """
    pattern = source.period.path
    if source.kind == "register" or pattern is None:
        return PathMonths()
    if pattern == AS_WRITTEN:
        return path_months(name, financial_year=source.period.financial_year)
    matches = list(re.finditer(pattern, name, re.IGNORECASE))
    month = _month(matches[-1], source) if matches else None
    return PathMonths(month, month)


def _month(match: re.Match[str], source: Source) -> Month:
    """A match's groups year (2026 or 26) and month (3, 03, Mar or March) as a month."""
    try:
        year, month = match["year"], match["month"].lower()
        number = int(month) if month.isdecimal() else NAMES.index(month[:3].title()) + 1
        return Month.parse(f"{2000 + int(year) if len(year) == 2 else int(year)}-{number:02d}")
    except (IndexError, ValueError, UsageError):
        raise SettingsError(
            f"source '{source.name}': period.path = '{source.period.path}' gives no month in a file's name; "
            "expected groups (?P<year>...) and (?P<month>...)"
        ) from None


def _walk(folder: Path, sources: Mapping[str, Source]) -> Iterator[Path]:
    """Files and links in a fixed order; linked folders are given as they are, not entered. Of hidden files those that a
    source would take without their dot.
    """
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if _TEMPORARY.fullmatch(path.name) and not _would_be_taken(path, sources):
            continue
        if path.is_dir() and not path.is_symlink() and path.resolve().parent == folder.resolve():
            yield from _walk(path, sources)
        else:
            yield path


def _would_be_taken(path: Path, sources: Mapping[str, Source]) -> bool:
    bare = path.name.removeprefix(".")
    return bool(_HIDDEN.fullmatch(path.name)) and any(takes(source, bare) for source in sources.values())


def _leaves(path: Path, home: Path) -> str | None:
    """Why a path may not be read, if it is a link (or a Windows junction) to somewhere it shouldn't be."""
    try:
        if not path.resolve().is_relative_to(home):
            return "a link that leaves the raw folder; expected the file itself"
    except (OSError, RuntimeError):
        return "a link that leads to itself; expected a file"
    if path.is_dir():
        return "a link to a folder; expected the folder itself"
    return None if path.is_file() else "a link to nothing, or no plain file; expected a file"


def _order(found: FoundFile) -> tuple[bool, Month, str, str]:
    return found.period is None, found.period or Month(1, 1), found.name, found.source
