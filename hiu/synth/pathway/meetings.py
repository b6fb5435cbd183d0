"""Incidents, meetings with their actions, and partners: each file as at the last month's end.

Of an incident it is drawn first whether a referral is mandatory, and the times that make it so.
"""

import numpy as np
import polars as pl

from hiu.month import Month
from hiu.synth import clock
from hiu.synth.agencies.extracts import texts
from hiu.synth.agencies.party import births
from hiu.synth.clock import Times
from hiu.synth.lists import Days, Generator, Words, choose, words
from hiu.synth.pathway.drops import Ground, Sent, local
from hiu.synth.pathway.plans import about

HOURS = {
    "within": (1, 47), "at_limit": (48, 48), "beyond": (49, 400), "no_mentor": (1, 47), "mentor_unknown": (1, 47),
    "no_contact": (1, 47), "no_time": (1, 47), "contact_after": (-30, -1), "serious": (1, 47), "complaint": (1, 47),
}  # fmt: skip
"""What may be so of an incident, and how many hours the team's last contact lay before it."""
MANDATORY = {"within": "yes", "at_limit": "yes"} | dict.fromkeys(
    ("mentor_unknown", "no_contact", "no_time", "contact_after"), "unknown"
)
PARTNERS = {
    "Police": "Vital",
    "Ambulance service": "Vital",
    "Emergency department": "Vital",
    "Mental health trust": "Vital",
    "Council": "Recommended",
    "Fire and rescue service": "Recommended",
    "Charity": "Recommended",
}
_DAY = np.timedelta64(1, "D")


def make_meetings(ground: Ground) -> list[Sent]:
    """Incidents, meetings, actions and partners of the months of the area."""
    rng = ground.system(28, "caseload").rng
    meetings = _meetings(rng, ground)
    return [_incidents(ground), *meetings, _partners(rng, ground)]


def _incidents(ground: Ground) -> Sent:
    system, people, span = ground.system(29, "caseload"), ground.supported, ground.span
    rng, size = system.rng, 2 * span.months + 10 if len(people.who) else 0
    kind = words([list(HOURS)[k % len(HOURS)] for k in range(size)])
    drawn = clock.draw(rng, span.first, rng.integers(0, span.months, size))
    hour: Times = drawn.astype("datetime64[h]").astype("datetime64[s]")
    # never on the hour: exactly midnight would be taken for a day without its time
    moment = hour + clock.minutes(rng, size, 1, 57)
    whole = np.array([rng.integers(*(low, high + 1)) for low, high in (HOURS[one] for one in kind)], dtype=np.int64)
    contact: Times = moment - whole.astype("timedelta64[h]").astype("timedelta64[s]")
    place = rng.integers(0, max(1, len(people.who)), size)
    seen = system.describe(people.who, np.full(len(people.who), np.datetime64(span.last.end, "s")))
    mentor = {"no_mentor": "No", "mentor_unknown": ""}
    iopc = rng.random(size) < 0.4
    closed = rng.random(size) < 0.3
    end = np.datetime64(span.last.after)
    due = end + rng.integers(-60, 60, size).astype("timedelta64[D]")
    number = words([f"I{k:04}" for k in range(1, size + 1)])
    none = np.datetime64("NaT")
    text = texts(
        {
            "Incident ID": number,
            "Occurred at": local(np.where(kind == "no_time", none, moment)),
            "Kind": words([one.title() if one in ("serious", "complaint") else "Death" for one in kind]),
            "Last contact": local(np.where(kind == "no_contact", none, contact)),
            "Police mentor present": words([mentor.get(one, "Yes") for one in kind]),
            "Reported to": np.where(iopc, "IOPC", "InPhase").astype(object),
            "Reported at": local(moment + np.timedelta64(1, "m")),
            "Lead organisation": choose(rng, list(PARTNERS), size),
            "Review due": _texts(due),
            "Closed at": local(np.where(closed, moment + np.timedelta64(2, "m"), none)),
        }
        | about(seen, births(seen, system.mess), place)
    )
    truth = pl.DataFrame(
        {
            "incident_id": number.tolist(),
            "mandatory": [MANDATORY.get(one, "no") for one in kind],
            "referred": np.where(iopc, "yes", "no").tolist(),
            "open": ~closed,
        }
    )
    return Sent(source="incident", text=text, truth={"incidents": truth})


def _meetings(rng: Generator, ground: Ground) -> tuple[Sent, Sent]:
    """A meeting of the group each month and a senior one each quarter; two actions of each."""
    span = ground.span
    sittings = [(one, kind) for one in span.first.through(span.last) for kind in _kinds(one)]
    came = [[name for name in PARTNERS if rng.random() < 0.7] for _ in sittings]
    number = [f"G{at:03}" for at in range(1, len(sittings) + 1)]
    day = [f"{5 if kind == 'Senior' else 12:02}/{one.number:02}/{one.year}" for one, kind in sittings]
    rows = {"Meeting ID": number, "Held at": [f"{one} 10:00" for one in day], "Type": [kind for _, kind in sittings]}
    meetings = texts(
        {name: words(cells) for name, cells in rows.items()} | {"Attended by": words(["|".join(one) for one in came])}
    )
    year = {span.last - back for back in range(12)}
    counted = [names for (one, _), names in zip(sittings, came, strict=True) if one in year]
    attended = [(name, sum(name in names for names in counted), len(counted)) for name in PARTNERS]
    schema = {"organisation": pl.String, "came": pl.Int64, "meetings": pl.Int64}
    truth = {"attendance": pl.DataFrame(attended, schema=schema, orient="row")}
    return Sent(source="meeting", file="meetings", text=meetings, truth=truth), _actions(rng, ground, number, day)


def _kinds(month: Month) -> tuple[str, ...]:
    return ("hiu_group", "Senior") if month.number % 3 == 0 else ("hiu_group",)


def _actions(rng: Generator, ground: Ground, meetings: list[str], days: list[str]) -> Sent:
    size, end = 2 * len(meetings), np.datetime64(ground.span.last.after)
    agreed = pl.Series(days).str.to_date("%d/%m/%Y").to_numpy().astype("datetime64[D]").repeat(2)
    due = agreed + rng.integers(5, 60, size).astype("timedelta64[D]")
    done = np.where(
        rng.random(size) < 0.6, agreed + rng.integers(1, 90, size).astype("timedelta64[D]"), np.datetime64("NaT")
    )
    done = np.where(done < end, done, np.datetime64("NaT"))
    owner = choose(rng, list(PARTNERS), size)
    number = words([f"A{at:04}" for at in range(1, size + 1)])
    text = texts(
        {
            "Action ID": number,
            "Meeting ID": words(meetings).repeat(2),
            "Owner": owner,
            "Set on": _texts(agreed),
            "Due": _texts(due),
            "Done": _texts(done),
        }
    )
    still = np.isnat(done)
    truth = pl.DataFrame(
        {"action_id": number.tolist(), "owner": owner.tolist(), "open": still, "late": still & (due < end - 1)}
    )
    return Sent(source="action", text=text, truth={"actions": truth})


def _partners(rng: Generator, ground: Ground) -> Sent:
    size, end = len(PARTNERS), np.datetime64(ground.span.last.after)
    ends = end + rng.integers(-90, 400, size).astype("timedelta64[D]")
    trained = end - rng.integers(1, 700, size).astype("timedelta64[D]")
    trained[-1] = np.datetime64("NaT")
    text = texts(
        {
            "Organisation": words(list(PARTNERS)),
            "Standing": words(list(PARTNERS.values())),
            "Feed": choose(rng, ["Yes", "No"], size, [3, 1]),
            "Agreement ends": _texts(ends),
            "Sponsor (post)": words(["Director of operations"] * size),
            "Last training": _texts(trained),
        }
    )
    truth = pl.DataFrame({"organisation": list(PARTNERS), "over": ends < end, "trained": trained})
    return Sent(source="partner", text=text, truth={"partners": truth})


def _texts(days: Days) -> Words:
    return words(pl.Series(days.astype("datetime64[D]")).dt.strftime("%d/%m/%Y").fill_null("").to_list())
