"""Plans, contacts of the support team and entries in records of the people supported, as at the last month's end.

What is wrong with a plan, a contact or an entry is drawn first; everything else keeps to the rules. A person is
described once, so that all rows of one person say the same.
"""

import numpy as np
import polars as pl

from hiu.synth import clock
from hiu.synth.agencies.extracts import texts
from hiu.synth.agencies.party import births
from hiu.synth.clock import Times
from hiu.synth.lists import Days, Generator, Ints, Words, choose, words
from hiu.synth.pathway.drops import Ground, Sent, Supported, local
from hiu.synth.people.clerk import Descriptions

AGENCIES = ["Police", "Ambulance service", "Emergency department", "Mental health trust"]
CONTENTS = (
    "Contact details",
    "Diagnosis explained",
    "Capacity",
    "Crisis behaviours and places",
    "Agreed boundaries",
    "Places of safety",
    "Nominated people",
    "Mentors",
)
PLANS = {
    "plain": 10,
    "overdue": 2,
    "due_today": 1,
    "review_unknown": 1,
    "old_version_held": 2,
    "circulation_unknown": 1,
    "content_lacking": 2,
    "content_unknown": 1,
    "no_plan": 2,
}
"""What may be so of a person's plan, and how often. A review that is due on the last day is not overdue, and where it
is not known to whom the last version went nobody is shown to hold an old one."""
CONTACTS = {"plain": 85, "no_entry": 6, "late_entry": 3, "entry_unknown": 4, "without_risk": 3, "risk_unknown": 1}
KINDS = ["Face to face", "Telephone", "Family", "DNA", "Attempted", "Significant"]
_DAY = np.timedelta64(1, "D")


def make_plans(ground: Ground) -> list[Sent]:
    """Plans, and contacts with their entries, of everybody who was supported by the last month's end."""
    system, people = ground.system(27, "caseload"), ground.supported
    end = np.datetime64(ground.span.last.after)
    seen = system.describe(people.who, np.full(len(people.who), clock.to_utc(np.array([end], "datetime64[s]"))[0]))
    born = births(seen, system.mess)
    return [_plans(system.rng, people, end, seen, born), *_contacts(system.rng, people, end, seen, born)]


def about(seen: Descriptions, born: Words, at: Ints) -> dict[str, Words]:
    """Who rows are about, by the place of each person."""
    whole = {"NHS number": seen.nhs, "RiO number": seen.local_id, "Surname": seen.family, "First name": seen.given}
    return {name: cells[at] for name, cells in (whole | {"DOB": born}).items()}


def _plans(rng: Generator, people: Supported, end: np.datetime64, seen: Descriptions, born: Words) -> Sent:
    kind = choose(rng, list(PLANS), len(people.who), list(PLANS.values()))
    rows: list[dict[str, str]] = []
    wrong: list[tuple[int, str, str | None, str | None, int | None]] = []
    at = [place for place, what in enumerate(kind) if what != "no_plan" and people.start[place] + 45 * _DAY < end]
    owner: list[int] = []
    for place in at:
        own = _versions(rng, people.start[place], end, kind[place], f"L{place:04}")
        rows += own
        owner += [place] * len(own)
        wrong += [(int(people.who[place]), *one) for one in _wrong(own, kind[place], people.is_now(place, end))]
    columns = {name: words([row[name] for row in rows]) for name in rows[0]} if rows else {}
    text = texts(columns | about(seen, born, np.array(owner, dtype=np.int64)))
    schema = {"who": pl.Int64, "code": pl.String, "agency": pl.String, "content": pl.String, "number": pl.Int64}
    truth = {
        "plan_exceptions": pl.DataFrame(wrong, schema=schema, orient="row"),
        "plans": pl.DataFrame({"plan_id": [f"L{place:04}" for place in at], "who": people.who[at]}),
    }
    return Sent(source="plan_version", text=text, truth=truth)


def _versions(rng: Generator, start: np.datetime64, end: np.datetime64, kind: str, number: str) -> list[dict[str, str]]:
    """The versions of a plan, 40 days apart, as many as there is time for; two at least where one is held too long."""
    room = int((end - start) / _DAY - 5) // 40
    count = min(room, 2 if kind in ("old_version_held", "circulation_unknown") else int(rng.integers(1, 4)))
    to = [AGENCIES[k] for k in sorted(rng.choice(len(AGENCIES), int(rng.integers(2, 5)), replace=False))]
    day = {"overdue": end - int(rng.integers(2, 60)) * _DAY, "due_today": end - _DAY}
    due = day.get(kind, end + int(rng.integers(0, 180)) * _DAY)
    flag = {"content_lacking": "No", "content_unknown": ""}.get(kind, "Yes")
    content = CONTENTS[int(rng.integers(len(CONTENTS)))]
    made = []
    for version in range(1, count + 1):
        last = version == count
        sent = {"old_version_held": to[:-1], "circulation_unknown": []}.get(kind, to) if last and count > 1 else to
        made.append(
            {
                "Plan ID": number,
                "Version": str(version),
                "Written at": _text(start + (40 * version) * _DAY) + " 10:00",
                "Review due": "" if last and kind == "review_unknown" else _text(due),
                "Co-written": "Yes",
                "Circulated to": "|".join(sent),
                **{name: flag if last and name == content else "Yes" for name in CONTENTS},
            }
        )
    return made


def _wrong(
    rows: list[dict[str, str]], kind: str, supported: bool
) -> list[tuple[str, str | None, str | None, int | None]]:
    """What is to be put right of one plan: code, agency, content, number. Contents are asked of who is supported, and
    mentors of nobody."""
    last, before = rows[-1], rows[:-1]
    if kind in ("overdue", "review_unknown"):
        return [(kind, None, None, None)]
    if kind == "old_version_held" and before:
        (agency,) = set(before[-1]["Circulated to"].split("|")) - set(last["Circulated to"].split("|"))
        return [(kind, agency.lower(), None, len(before))]
    if kind in ("content_lacking", "content_unknown") and supported:
        asked = (name for name in CONTENTS if last[name] != "Yes" and name != "Mentors")
        return [(kind, None, content.lower().replace(" ", "_"), None) for content in asked]
    return []


def _contacts(
    rng: Generator, people: Supported, end: np.datetime64, seen: Descriptions, born: Words
) -> tuple[Sent, Sent]:
    """Contacts every one to six weeks while supported, in working hours, and the entry of each."""
    pairs = [(place, day) for place in range(len(people.who)) for day in _days(rng, people, place, end)]
    place = np.array([one for one, _ in pairs], dtype=np.int64)
    day: Days = np.array([day for _, day in pairs], dtype="datetime64[D]")
    size = len(pairs)
    moment: Times = day.astype("datetime64[s]")
    at = clock.to_utc(moment + clock.minutes(rng, size, 9 * 60, 17 * 60))
    kind = choose(rng, list(CONTACTS), size, list(CONTACTS.values()))
    after = np.where(
        kind == "late_entry", clock.minutes(rng, size, 24 * 60 + 1, 72 * 60), clock.minutes(rng, size, 10, 24 * 60)
    )
    written = at + after
    closed = clock.to_utc(np.array([end], "datetime64[s]"))[0]
    there = ~np.isin(kind.astype(str), ("no_entry", "entry_unknown")) & (written < closed)
    number = words([f"K{k:05}" for k in range(1, size + 1)])
    entry = words([f"N{k:05}" for k in range(1, size + 1)])
    unknown = kind == "entry_unknown"
    contacts = texts(
        {"Contact ID": number, "Contact at": np.where(unknown, "", local(at)).astype(object)} | about(seen, born, place)
    )
    risk = np.where(kind == "without_risk", "No", np.where(kind == "risk_unknown", "", "Yes")).astype(object)
    entries = texts(
        {
            "Entry ID": entry,
            "Written at": local(written),
            "Kind": choose(rng, KINDS, size),
            "Author organisation": choose(rng, AGENCIES, size),
            "Risk stated": risk,
            "Risk changed": choose(rng, ["No", "Yes"], size, [5, 1]),
        }
        | about(seen, born, place)
    ).filter(pl.Series(there))
    truth = _record_truth(number, entry, kind, there, at, closed)
    return (
        Sent(source="support_contact", text=contacts, truth={"record_exceptions": truth}),
        Sent(source="record_entry", text=entries),
    )


def _days(rng: Generator, people: Supported, place: int, end: np.datetime64) -> list[np.datetime64]:
    stop = end if np.isnat(people.end[place]) else min(end, people.end[place])
    day, found = people.start[place] + int(rng.integers(3, 15)) * _DAY, []
    while day < stop:
        found.append(day)
        day = day + int(rng.integers(7, 42)) * _DAY
    return found


def _record_truth(
    number: Words, entry: Words, kind: Words, there: Ints, at: Times, closed: np.datetime64
) -> pl.DataFrame:
    """code and number of everything that is to be put right: a contact is missed once its 24 hours are over."""
    over = at + np.timedelta64(24, "h") < closed
    rows = [
        ("no_entry" if what in ("no_entry", "late_entry") else what, str(contact))
        for what, contact, passed in zip(kind, number, over, strict=True)
        if (what in ("no_entry", "late_entry") and passed) or what == "entry_unknown"
    ]
    rows += [
        (str(what), str(one))
        for what, one, is_there in zip(kind, entry, there, strict=True)
        if what in ("without_risk", "risk_unknown") and is_there
    ]
    return pl.DataFrame(rows, schema={"code": pl.String, "number": pl.String}, orient="row")


def _text(day: np.datetime64) -> str:
    return f"{day.astype(object):%d/%m/%Y}"
