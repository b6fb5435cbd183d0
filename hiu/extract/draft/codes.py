"""Words of a code column that a source does not know: what each most likely means."""

import re
from collections.abc import Iterator, Mapping, Sequence

from rapidfuzz import fuzz

from hiu.extract.draft.columns.look import Look
from hiu.extract.draft.columns.words import spaced
from hiu.extract.draft.lines import comment, quoted, some
from hiu.extract.values.codes import YES_NO

_NEAR = 88
_LEAST = 3


def guess(word: str, codes: Mapping[str, str]) -> str | None:
    """Our word for a code as sent: one that is near a known one, holds it, or begins it; None if several would do.

    'WIT' begins 'witness' alone; 'CA' begins 'caller' and 'carer', so it is nobody's.
    """
    sent = _plain(word)
    if not sent:
        return None
    for test in (_near, _holds, _begins):
        found = {ours for word, ours in codes.items() if test(sent, _plain(word))}
        if len(found) == 1:
            return found.pop()
        if found:
            return None
    return None


def _plain(word: str) -> str:
    return spaced(word.replace("&", " and "))


def _near(sent: str, word: str) -> bool:
    return sorted(sent.split()) == sorted(word.split()) or (len(sent) > _LEAST and fuzz.ratio(sent, word) >= _NEAR)


def _holds(sent: str, word: str) -> bool:
    return len(word) > _LEAST and f" {word} " in f" {sent} "


def _begins(sent: str, word: str) -> bool:
    first = sent.split()[0]
    return len(first) >= _LEAST and word.startswith(first) and not first.isdigit()


def unknown_words(seen: Look, codes: Mapping[str, str]) -> dict[str, int]:
    """Values that the code list lacks, with their rows; none if the column is no code list (over 40 of them)."""
    usual = {word.casefold() for word in codes}
    lacking = {word: rows for word, rows in seen.counted.items() if word.casefold() not in usual}
    return lacking if len(lacking) <= 40 else {}


def code_lines(
    header: str,
    seen: Look,
    codes: Mapping[str, str],
    whole: Mapping[str, str] | None = None,
    accepts: Sequence[str] = (),
) -> list[str]:
    """A table of codes for the words that the list lacks; those without a likely meaning are left to be settled.

    `whole` are entries to write besides, as where a list is replaced rather than added to; `accepts` are patterns of
    words that need no entry.
    """
    lacking, folded = unknown_words(seen, codes), set[str]()
    lacking = {word: n for word, n in lacking.items() if not any(re.search(form, word, re.I) for form in accepts)}
    lines = [f"{quoted(word)} = {quoted(ours)}" for word, ours in (whole or {}).items()]
    meanings = ", ".join(sorted({quoted(ours) for ours in codes.values()}))
    for word, rows in sorted(lacking.items(), key=lambda item: (-item[1], item[0])):
        if word.casefold() in folded:
            continue
        folded.add(word.casefold())
        ours = guess(word, codes)
        found = f"{quoted(word)} = {quoted(ours or '')}"
        if ours is None:
            lines.append(f"# {comment(found)}  # CHECK: {rows} rows: unknown; one of {comment(meanings)}")
        else:
            lines.append(f"{found}  # CHECK: {rows} rows, by similar words")
    return [header, *lines] if any(not line.startswith("#") for line in lines) else [*_noted(header, lines)]


def _noted(header: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{header}  # CHECK: take the # away and say what each means"
        yield from lines


def unknown_flags(seen: Look) -> str:
    """A remark when a column of yes and no holds neither in some of its rows."""
    strange = {word: rows for word, rows in seen.counted.items() if word.casefold() not in YES_NO}
    if not strange:
        return ""
    return f"CHECK: {sum(strange.values())} rows hold neither yes nor no ({some(sorted(strange), 4)}): add codes"


def asked_words(seen: Look, words: set[str]) -> str:
    """A remark when a condition asks for words that a column has none of."""
    if not words or {word.casefold() for word in seen.counted} & {word.casefold() for word in words}:
        return ""
    return f"CHECK: what counts is decided by {some(sorted(words), 4)}; the column holds {some(seen.codes)}"
