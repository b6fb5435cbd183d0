"""What records mention of suicide, self-harm, overdose and mental health calls, in their own words, and in which role.

For people whose dates may be shown (`access.shows_gates`, or a person sheet). That nothing is mentioned says nothing.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial

import polars as pl

from hiu.month import Month
from hiu.publish.rows import Row
from hiu.publish.words.codes import DANGER, OTHER_PARTS, SUICIDE, named, part
from hiu.publish.words.text import count_of, day, join_words

MOST_DAYS = 4
"""Days of one mention that are all named."""
VIOLENCE = re.compile(r"violen|assault|domestic|weapon|stalk|harass|sexual|rape|robbery|threat", re.IGNORECASE)
_HARM = "violence, domestic incident or harassment"
_ROLES = {
    "victim": "as a victim",
    "suspect": "as a suspect (no finding)",
    "caller": "as the caller",
    "witness": "as a witness",
    "subject": "as the person concerned (victim or not: not stated)",
}
MENTIONS = "Suicide, self-harm, overdose and mental health calls"
"""What is looked for, in words: a call code of mental health may be about suicide and need not be."""


def danger(timeline: pl.DataFrame, month: Month) -> dict[str, str]:
    """What opening and closing codes and complaints of the last 3 months mention, with the days, by alert: `danger` of
    suicide or self-harm, `danger_call` of an overdose or a mental health call, `danger_other` of what is not told of
    the person. The first says since when."""
    since, found = (month - 2).start, dict[str, list[str]]()
    for text, on in _days(timeline, pl.col("start") >= since).items():
        kind = "danger" if SUICIDE.search(text) else "danger_call"
        kind = "danger_other" if text.endswith(OTHER_PARTS) else kind
        found.setdefault(kind, []).append(f"{text} ({_some(on)})")
    by_kind = {kind: "; ".join(found[kind]) for kind in ("danger", "danger_call", "danger_other") if kind in found}
    return {
        kind: f"{words[0].upper()}{words[1:]}" if k else f"Recorded since {day(since)}: {words}"
        for k, (kind, words) in enumerate(by_kind.items())
    }


def earlier(timeline: pl.DataFrame, since: date) -> str:
    """Everything that records before a day mention, in a sentence: of each on how many days and the latest, whatever
    part the person had."""
    every = _days(timeline, pl.col("start") < since, of=partial(_of_danger, parts=False))
    found = "; ".join(f"{text} {len(days)}, {days[0]}" for text, days in every.items())
    words = f", days and the latest (roles: see the sheet): {found}" if found else ": none recorded"
    return f"{MENTIONS} before {Month.of(since).title}{words}."


def mentions(timeline: pl.DataFrame, month: Month) -> str:
    """Whether the records of the latest 12 months mention suicide, self-harm or overdose, and on how many days, earlier
    ones too."""
    since = (month - 11).start
    recent = (month - 2).start
    now, past, new = (
        len({one for days in _days(timeline, pl.col("ended").is_null(), those).values() for one in days})
        for those in (pl.col("start") >= since, pl.col("start") < since, pl.col("start") >= recent)
    )
    found = (
        f"on {count_of(now, 'day')}, {new or 'none'} of them since {day(recent)}."
        if now
        else "no mention. That does not mean that there is no danger."
    )
    before = f"on {count_of(past, 'day')}" if past else "none recorded"
    kinds = _days(timeline, pl.col("ended").is_null()).items()
    latest = next((f" Latest: {on[0]} ({text})." for text, on in kinds), "")
    return f"{Month.of(since).title} to {month.title}: {found} Before {Month.of(since).title}: {before}.{latest}"


def risks(timeline: pl.DataFrame, month: Month) -> list[tuple[str, str, str, str]]:
    """What the records mention of suicide, self-harm and overdose, each with the part that the police recorded, then
    what they recorded of violence, of the person as missing or as a victim, each once with the roles; on how many days
    of the latest 12 months and before, and the latest; nothing is left out."""
    since = (month - 11).start
    whole = timeline.filter(pl.col("ended").is_null())
    rows = []
    for of in (_of_danger, _of_police):
        recent = _days(whole, pl.col("start") >= since, of=of)
        roles = list(_days(whole, of=_with_roles))
        for text, days in _days(whole, of=of).items():
            now = len(recent.get(text, []))
            own = "; ".join(one.removeprefix(f"{text}: ") for one in roles if one.startswith(f"{text}: "))
            rows.append((f"{text}: {own}".removesuffix(": "), str(now), str(len(days) - now), days[0]))
    # suicide and self-harm first; the roles of one kind stand together, in the order of its latest
    kinds = list(dict.fromkeys(row[0].partition(", ")[0] for row in rows))
    return sorted(rows, key=lambda row: (not SUICIDE.search(row[0]), kinds.index(row[0].partition(", ")[0])))


def counted_in_days(dataset: str, text: str) -> bool:
    """Whether `risks` has this reason."""
    police = dataset == "police_incident" and (VIOLENCE.search(text) or "missing" in text.lower())
    return bool(DANGER.search(text) or police)


def left(timeline: pl.DataFrame, month: Month) -> str:
    """On which days of the latest 12 months the person left an emergency department before treatment; else empty."""
    own = timeline.filter(pl.col("start") >= (month - 11).start, dataset="left_before_treatment")
    days = own.sort("start", descending=True)["start"].dt.date().unique(maintain_order=True)
    return f"{(month - 11).title} to {month.title}: {_some(list(map(day, days)))}." if len(days) else ""


def _some(days: Sequence[str]) -> str:
    """Days, latest first: all of a few, else the latest and how many there are."""
    return join_words(days) if len(days) <= MOST_DAYS else f"{len(days)} days, latest {join_words(days[:MOST_DAYS])}"


def _of_danger(row: Row, *, parts: bool = True) -> Iterator[str]:
    for text in (*named(row, "reason"), *named(row, "outcome")):
        if DANGER.search(text):
            yield ", ".join(filter(None, (text.lower(), part(row) if parts else "")))


def _of_police(row: Row) -> Iterator[str]:
    """Violence by the police's own words, with the person's part; that the person was missing; a victim of else."""
    if row["dataset"] != "police_incident":
        return
    roles, texts = set(str(row.get("role") or "").split("|")), named(row, "reason")
    other = not any(map(DANGER.search, texts))
    violent = other and any(map(VIOLENCE.search, texts))
    if violent:
        yield _HARM
    if "missing" in roles or any("missing" in text.lower() for text in texts):
        yield "missing person"
    elif "victim" in roles and other and not violent:
        yield "victim of another offence"


def _with_roles(row: Row) -> Iterator[str]:
    """Violence with the role in which the police had the person."""
    roles = str(row.get("role") or "").split("|")
    own = next((words for role, words in _ROLES.items() if role in roles), OTHER_PARTS[2])
    yield from (f"{kind}: {own}" for kind in _of_police(row) if kind == _HARM)


def _days(
    timeline: pl.DataFrame, *those: pl.Expr, of: Callable[[Row], Iterator[str]] = _of_danger
) -> dict[str, list[str]]:
    """What `of` finds in each row, by default words of danger with the person's part, and its days, latest first."""
    found: dict[str, dict[str, None]] = {}
    for row in timeline.filter(*those).sort("start", descending=True).iter_rows(named=True):
        for words in of(row):
            found.setdefault(words, {})[day(row["start"].date())] = None
    return {text: list(days) for text, days in found.items()}
