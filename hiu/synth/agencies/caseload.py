"""The team's own list: people offered support, with consent, permission, contacts and risk gradings."""

from datetime import date, timedelta

import numpy as np

from hiu.model.grades import band_of
from hiu.synth.agencies.extracts import Extract, Span, System, stamps, texts, truth
from hiu.synth.lists import Generator, choose, read, words
from hiu.synth.people.demand import Demand
from hiu.synth.people.people import People


def make_caseload(system: System, demand: Demand) -> Extract:
    """One row a person offered support: those supported, in order of start, and a few who declined."""
    rng, span, clerk = system.rng, system.span, system.clerks[0]
    taken = np.flatnonzero(demand.support_from >= 0)
    taken = taken[np.lexsort((taken, demand.support_from[taken]))]
    heavy = np.flatnonzero((demand.support_from < 0) & (demand.weight > np.quantile(demand.weight, 0.95)))
    declined = np.sort(rng.choice(heavy, min(len(heavy), max(1, len(taken) // 6)), replace=False))
    who = np.r_[taken, declined].astype(np.int64)
    start = [_day_in(rng, span, int(demand.support_from[k])) if demand.support_from[k] >= 0 else None for k in who]
    rows = [_row(rng, clerk.people, int(k), began, span) for k, began in zip(who, start, strict=True)]
    seen = clerk.describe(who, np.array([np.datetime64(span.last.end)] * len(who)))
    columns = {name: words([row[name] for row in rows]) for name in rows[0]}
    key = words([f"C{k:03d}" for k in range(1, len(who) + 1)])
    person = {"Case": key, "Person": seen.given + " " + seen.family, "Date of Birth": stamps(seen.dob, "%d/%m/%Y")}
    text = texts({**person, "NHS Number": seen.nhs, "MH Number": seen.local_id, **columns})
    every, deliver = np.ones(len(who), dtype=bool), np.zeros(len(who), dtype=np.int64)
    at, month = np.arange(len(who)).astype("datetime64[s]"), np.maximum(demand.support_from[who], 0)
    system.mess["caseload"] += len(who)
    return Extract("caseload", text, truth(seen, every, event=key, who=who, at=at, deliver=deliver, month=month))


def _day_in(rng: Generator, span: Span, month: int) -> date:
    return (span.first + month).start + timedelta(days=int(rng.integers(28)))


def _row(rng: Generator, people: People, person: int, start: date | None, span: Span) -> dict[str, str]:
    """Cells of one person: gates before the start, contacts and gradings until the end. Capacity is reviewed and the
    lead clinician's permission asked before support is offered; who is not permitted is offered none."""
    stop = min(span.last.end, _or(people.death[person], span.last.end))
    if start is None:
        offered = _day_in(rng, span, int(rng.integers(span.months)))
        consent = [("Refused", offered + timedelta(days=int(rng.integers(1, 9))))]
        return _cells(rng, offered=offered, consent=consent, start=None, end=None, stop=stop)
    offered = start - timedelta(days=int(rng.integers(5, 30)))
    length = int(rng.integers(240, 900))
    end = start + timedelta(days=length)
    left = end <= stop
    withdrawn = left and rng.random() < 0.3
    consent = [("Given", start - timedelta(days=int(rng.integers(5))))] + ([("Withdrawn", end)] if withdrawn else [])
    return _cells(rng, offered=offered, consent=consent, start=start, end=end if left else None, stop=min(end, stop))


def _or(day: np.datetime64, other: date) -> date:
    return other if np.isnat(day) else date.fromisoformat(str(day))


def _cells(
    rng: Generator, *, offered: date, consent: list[tuple[str, date]], start: date | None, end: date | None, stop: date
) -> dict[str, str]:
    services = read("area.toml")["services"]
    one = {name: str(choose(rng, services[name], 1)[0]) for name in ("clinicians", "teams")}
    plan = start + timedelta(days=int(rng.integers(10, 40))) if start else None
    plan = plan if plan and plan <= stop else None
    permitted = start is not None or rng.random() < 0.5
    return {
        "Date Offered": _text(offered) if permitted else "",
        "Support From": _text(start),
        "Support To": _text(end),
        "Consent": "; ".join(f"{what} {_text(day)}" for what, day in consent) if permitted else "",
        "Clinician Permission": "Granted" if permitted else "Not granted",
        "Permission On": _text(offered - timedelta(days=2)),
        "Responsible Clinician": one["clinicians"],
        "Community Team": one["teams"],
        "Capacity Checked": _text(offered - timedelta(days=3)),
        "Capacity Outcome": "Has capacity",
        "Privacy Notice Given": _text(offered) if permitted else "",
        "Plan On": _text(plan),
        "Plan Review Due": _text(plan + timedelta(days=182) if plan else None),
        "Contacts": "; ".join(_contacts(rng, start, stop)),
        "Clinical Risk": " | ".join(_gradings(rng, start or offered, stop)),
        "Public Safety Risk": " | ".join(_gradings(rng, start or offered, stop) if rng.random() < 0.7 else []),
    }


def _text(day: date | None) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}" if day else ""


def _contacts(rng: Generator, start: date | None, stop: date) -> list[str]:
    """'03/01/2025 home visit (police: yes)', every one to six weeks."""
    out: list[str] = []
    day = start + timedelta(days=int(rng.integers(3, 15))) if start else stop + timedelta(days=1)
    while day <= stop:
        kind = str(choose(rng, ["home visit", "phone", "clinic", "text"], 1, [4, 4, 2, 1])[0])
        out.append(f"{_text(day)} {kind}{' (police: yes)' if rng.random() < 0.3 else ' (police: no)'}")
        day += timedelta(days=int(rng.integers(7, 42)))
    return out


def _gradings(rng: Generator, start: date, stop: date) -> list[str]:
    """'24/12/2024 L2 I5 Medium': a walk over likelihood and impact, every one to four months."""
    likelihood, impact, day, out = int(rng.integers(2, 6)), int(rng.integers(2, 6)), start, []
    while day <= stop:
        out.append(f"{_text(day)} L{likelihood} I{impact} {band_of(likelihood, impact)}")
        likelihood, impact = (int(np.clip(value + rng.integers(-1, 2), 1, 5)) for value in (likelihood, impact))
        day += timedelta(days=int(rng.integers(30, 120)))
    return out
