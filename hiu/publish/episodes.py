"""A person's contacts with their dates: crisis episodes and stays, the last contact, and what was not counted.

For people whose dates may be shown (`access.shows_gates`, or a person sheet). A value that is a date alone, without a
time, is shown as a date.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta

import polars as pl

from hiu.model import many, one
from hiu.model.units import contact_sets
from hiu.month import Month
from hiu.publish.hours import DAYS, has_time
from hiu.publish.rows import Row, Tables
from hiu.publish.words.codes import NOT_SHOWN, OTHER_PARTS, named, part
from hiu.publish.words.datasets import MARKERS, short_title
from hiu.publish.words.text import clean, count_of, day, join_words, number, shorten

DETAILS = ("reason", "site", "ward", "outcome")
"""Columns of `timeline` that say more of a contact, where a source sent and kept them. Beside the kind of a police
incident the person's part follows, or that it is not stated: without it the worst would be thought of them."""

NOT_COUNTED = {
    "ambulance_call": "no deployment",
    "left_before_treatment": "counted apart, as a safety signal",
    "mha_not_completed": "assessment not completed",
}
"""Why a contact adds nothing to its data set, by side measure."""

SIDE = {
    "ambulance_call": ("ambulance call", "ambulance calls"),
    "left_before_treatment": ("left before treatment", "left before treatment"),
    "mha_not_completed": ("MHA assessment not completed", "MHA assessments not completed"),
}
"""A side measure in words, of one and of several."""


def episodes(timeline: pl.DataFrame, most: int, *, since: date | None = None) -> list[tuple[str, str, str]]:
    """The latest episodes and stays of one person, latest first: when, what and which agencies, how long.

    What counts in no data set, such as leaving before treatment, stands among them, marked as not counted.
    `timeline` holds the person's rows of model.TIMELINE. With `since`, the latest stay is there too, and those that go
    on or ended on that day or later, nine at most.
    """
    every = sorted(_grouped(timeline).values(), key=lambda rows: rows[0]["start"], reverse=True)
    inside = [rows for rows in every if since and is_stay(rows[0])]
    stays = [
        rows
        for k, rows in enumerate(inside)
        if not k or rows[0]["ended"] == "open" or (since and _ended_since(rows[0], since))
    ][:9]
    latest = [*every[:most], *(rows for rows in stays if rows not in every[:most])]
    return [_stay(rows[0]) if is_stay(rows[0]) else _episode(rows) for rows in latest]


def how_many(timeline: pl.DataFrame) -> int:
    """Entries that `episodes` has of one person in all."""
    return len(_grouped(timeline))


def which(latest: int, stays: int, every: int) -> str:
    """Which of `every` entry a list has: the `latest`, and earlier `stays` apart from these."""
    if latest + stays >= every:
        return f"all {every}"
    apart = f", then {count_of(stays, 'earlier stay')} without what lies between" if stays else ""
    return f"the latest {latest} of {every}{apart}"


def _grouped(timeline: pl.DataFrame) -> dict[object, list[Row]]:
    """Rows by stay, by episode, and each event that is in none; not those that another row counts."""
    grouped: dict[object, list[Row]] = {}
    for row in timeline.sort("start", "dataset").iter_rows(named=True):
        alone = is_stay(row) or row["episode"] is None
        if alone and not is_stay(row) and row["dataset"] not in SIDE:
            continue
        key = ("one", row["source"], row["event_id"]) if alone else ("episode", row["episode"])
        grouped.setdefault(key, []).append(row)
    return grouped


def deployed(rows: Sequence[Row]) -> set[tuple[str, str]]:
    """Source and event of what counts in a data set: its call is no contact more."""
    return {(row["source"], row["event_id"]) for row in rows if row["dataset"] not in SIDE and row["counted"]}


def is_stay(row: Row) -> bool:
    """Whether a row of the timeline is a stay; an event has nothing that settles its end."""
    return row["ended"] is not None


def _episode(rows: Sequence[Row]) -> tuple[str, str, str]:
    shown = _by_dataset(rows)
    what = join_words(map(_part, shown))
    rows = sorted((row for own in shown for row in own), key=lambda row: row["start"]) or rows
    timed = [row["start"] for row in rows if has_time(row["start"])]
    hours = (timed[-1] - timed[0]).total_seconds() / 3600 if len(timed) == len(rows) else None
    if hours is None or len(rows) == 1:
        return moment(rows[0]["start"]), what, ""
    span = f"{number(hours)} {'hour' if number(hours) == '1' else 'hours'}" if hours >= 1 else "an hour"
    between = "within an hour" if hours < 1 else f"{span} apart" if len(rows) == 2 else f"in {span}"
    return moment(rows[0]["start"]), what, f"{len(rows)} contacts {between}"


def _by_dataset(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows of each data set, as the months count them: two agencies' records of one detention are one, and the call
    behind a deployment is the deployment."""
    behind = deployed(rows)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row["dataset"] not in SIDE or (row["source"], row["event_id"]) not in behind:
            groups.setdefault(row["dataset"], []).append(row)
    adding = {name: [row for row in own if row["counted"]] for name, own in groups.items()}
    # what another row of the episode counts is no contact more; of what nobody counts the reader is told so
    return [adding[name] or own for name, own in groups.items() if adding[name] or not _told_twice(own)]


def _told_twice(rows: Sequence[Row]) -> bool:
    return all("counted once" in why_not_counted(row) for row in rows)


def _part(rows: Sequence[Row]) -> str:
    """How many of one data set, and what was sent of them: the words of one agency stay beside its contact."""
    details = join_words(dict.fromkeys(text for row in rows if (text := _details(row))))
    beside = "" if rows[0]["counted"] and rows[0]["dataset"] not in SIDE else ", not counted"
    return f"{len(rows)} {kind_words(rows[0]['dataset'], len(rows))}{beside}{f' ({details})' if details else ''}"


def _stay(row: Row) -> tuple[str, str, str]:
    details = _details(row)
    end: datetime | None = row["end"]
    what = f"stay in a mental-health bed{f' ({details})' if details else ''}"
    if end is None:
        return moment(row["start"]), what, "open" if row["ended"] == "open" else "end not sent"
    return (
        moment(row["start"]),
        what,
        f"{count_of((end.date() - row['start'].date()).days, 'night')}, to {day(end.date())}",
    )


def kind_words(dataset: str, n: int) -> str:
    if dataset in SIDE:
        return SIDE[dataset][n != 1]
    return one(dataset) if n == 1 else many(dataset)


def _details(row: Row) -> str:
    unsaid = ["reason not recorded"] if row["source"] == "ed" and not named(row, "reason") else []
    police = row["dataset"] == "police_incident" and in_words(row, "reason")
    own = (
        [part(row) or (f"police role: {no_finding(role)}" if (role := in_words(row, "role")) else OTHER_PARTS[2])]
        if police
        else []
    )
    began = {"reason": " when it began"} if is_stay(row) else {}
    shown = (f"{text}{began.get(name, '')}" for name in DETAILS if (text := in_words(row, name)))
    return ", ".join([*unsaid, *shown, *own])


def no_finding(role: str) -> str:
    """A police role in words; of a suspect, that it is no finding."""
    return f"{role} (no finding)" if "suspect" in role else role


def in_words(row: Row, *names: str) -> str:
    """What a source sent in some of a contact's columns, in words; empty if nothing."""
    return ", ".join(shorten(" / ".join(words), 60) for name in names if (words := named(row, name)))


def last_contact(timeline: pl.DataFrame) -> str:
    """The latest event of one person: when, with whom, what about and how it ended; empty if there is none."""
    events = [row for row in timeline.sort("start", "counted").iter_rows(named=True) if not is_stay(row)]
    if not events:
        return ""
    row = events[-1]
    ended = in_words(row, "outcome") or "how it ended was not supplied"
    closed = row["dataset"] == "police_incident" and row["outcome"] and not ended.startswith(NOT_SHOWN)
    ended = f"closed as {ended}" if closed else ended
    about = (
        f"{in_words(row, 'reason') or 'reason not recorded'}{f', {where}' if (where := in_words(row, 'site')) else ''}"
    )
    apart = ", not counted" if why_not_counted(row) else ""
    what = f"{kind_words(row['dataset'], 1)}{apart} ({about}); {ended}"
    return f"{moment(row['start'])}, {what}."


def last_months(tables: Tables, ids: Collection[str], month: Month) -> dict[str, str]:
    """By person the latest month with a contact, and whose: of a candidate nothing is dated to the day."""
    mine = pl.col("person_id").is_in(list(ids)) & pl.col("dataset").is_in(list(contact_sets(tables["coverage"])))
    found = tables["monthly_demand"].filter(mine, pl.col("n") > 0, pl.col("month") <= month.start)
    last = found.filter(pl.col("month") == pl.col("month").max().over("person_id")).sort("dataset", descending=True)
    return {
        str(one): f"Last contact: {Month.of(rows['month'][0]).title}, {join_words(map(short_title, rows['dataset']))}."
        for (one,), rows in last.partition_by("person_id", as_dict=True).items()
    }


def detentions(timeline: pl.DataFrame, first: date) -> str:
    """How often one person was detained or assessed under the Mental Health Act, assessments that were not completed
    too, since the `first` month of the records, and when latest, in a sentence."""
    tried = pl.col("dataset") == "mha_not_completed"
    own = timeline.filter(tried | (pl.col("counted") & pl.col("dataset").is_in(list(MARKERS)))).sort(
        "start", descending=True
    )
    found = (rows.rows(named=True) for _, rows in own.group_by("dataset", maintain_order=True))
    parts = [
        f"{len(rows)} {kind_words(rows[0]['dataset'], len(rows))}, latest {day(rows[0]['start'].date())}"
        for rows in found
    ]
    if own.height and own.filter(~tried).is_empty():
        parts.insert(0, "no detention and no completed assessment")
    return f"Since {Month.of(first).title}: {'; '.join(parts) or 'none'}."


def last_stay(timeline: pl.DataFrame, month: Month, *, supplied: bool, months: int = 6) -> str:
    """The latest stay in a mental-health bed: where, its days, and the contacts during it and since; of one that ended
    before the latest `months` the days alone. Of none in these months, that beds were not `supplied` for all of them.
    """
    since = (month - (months - 1)).start
    rows = timeline.filter(pl.col("start") < month.end + timedelta(days=1)).sort("start").to_dicts()
    every = [row for row in rows if is_stay(row)]
    stays = [row for row in every if _goes_on(row, month) or _ended_since(row, since)]
    if not stays:
        none = f"No stay in a mental-health bed in the last {months} months is in the records."
        part = f"Bed days were not supplied for each of the last {months} months, so a stay may be missing here."
        return f"{none if supplied else part}{_earlier(every)}"
    row = stays[-1]
    end, first = None if _goes_on(row, month) else row["end"], row["start"].date()
    # an end without a time is that whole day
    until = end if end and has_time(end) else datetime.combine(end or month.end, time.max)
    apart = (*MARKERS, *SIDE)
    events = [one["start"] for one in rows if one["counted"] and not is_stay(one) and one["dataset"] not in apart]
    # an event of the day of admission, before its hour, led to the stay
    during, after = sum(row["start"] <= on <= until for on in events), sum(on > until for on in events)
    inside = [one for one in rows if one["dataset"] == "mha_assessment" and row["start"] <= one["start"] <= until]
    ends = [(day(one["start"].date()), in_words(one, "outcome")) for one in inside]
    assessed = [f"an assessment of {on} ended: {outcome}" for on, outcome in ends if outcome]
    details = ", ".join(filter(None, (_details(row), *assessed)))
    where = f"in a mental-health bed{f' ({details})' if details else ''}"
    if end is None:
        return f"Since {day(first)} {where}; {_some(during)} with police, ambulance or ED during the stay."
    nights = count_of((end.date() - first).days, "night")
    more = f" {count_of(len(stays) - 1, 'other stay')} in the last {months} months." if len(stays) > 1 else ""
    return (
        f"{day(first)} to {day(end)}, {nights} (with those on leave, if any), {where}."
        f"{more} {_some(during)} with police, ambulance or ED during the "
        f"stay, {count_of(after, 'contact') if after else 'no such contact'} since."
    )


def _earlier(stays: Sequence[Row]) -> str:
    if not (ended := [row for row in stays if row["end"] is not None]):
        return ""
    end, start = (ended[-1][name].date() for name in ("end", "start"))
    among = f" of {len(stays)}" if stays[1:] else ""
    return f" The latest{among} ended on {day(end)}, after {count_of((end - start).days, 'night')}."


def _goes_on(row: Row, month: Month) -> bool:
    end: datetime | None = row["end"]
    return row["ended"] == "open" if end is None else end.date() > month.end


def _ended_since(row: Row, since: date) -> bool:
    return row["end"] is not None and row["end"].date() >= since


def _some(n: int) -> str:
    return count_of(n, "contact") if n else "No contact"


def moment(when: datetime) -> str:
    """When a contact began: `Tue 3 Mar 2026 21:14`, or the date alone where no time was sent."""
    text = f"{DAYS[when.weekday()]} {day(when.date())}"
    return f"{text} {when:%H:%M}" if has_time(when) else text


def why_not_counted(row: Row) -> str:
    """Why a contact adds nothing to a data set: its source's own reason, else its measure's; empty if it adds."""
    reason = clean(str(row.get("reason_not_counted") or ""))
    return reason or NOT_COUNTED.get(row["dataset"], "" if row["counted"] else "the same event is counted once")
