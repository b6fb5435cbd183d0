"""The workbook of section 136 detentions and Mental Health Act assessments, as an AMHP hub keeps it."""

from collections import Counter

import numpy as np

from hiu.synth import clock
from hiu.synth.agencies.beds import Dates
from hiu.synth.agencies.extracts import Extract, System, detentions, stamps, texts, truth, upper
from hiu.synth.lists import Generator, Words, blank, choose, read, some, words
from hiu.synth.people.clerk import Descriptions

DATE, NUMBER = "date:", "number:"
"""Marks of cells that are written as an Excel date or number in place of text."""


def make_s136(system: System, urn: Words) -> tuple[Extract, Words]:
    """The sheet of detentions, and the reference of every episode that has one (else empty)."""
    rng, span, episodes, mess = system.rng, system.span, system.episodes, system.mess
    moment = episodes.at + clock.minutes(rng, len(episodes), 30, 300)
    at = np.flatnonzero(episodes.s136_health & span.inside(moment))
    ref = blank(len(episodes))
    ref[at] = words([f"S136-{k:05d}" for k in range(1, len(at) + 1)])
    who, when = episodes.who[at], moment[at]
    seen, month, every = system.describe(who, when), span.index(when), np.ones(len(at), dtype=bool)
    deliver = system.late(month, 0.03, "s136_late")
    facts = truth(seen, every, event=ref[at], who=who, at=when, deliver=deliver, month=month)
    facts = facts.with_columns(detention=detentions(at, every))
    services, local = read("area.toml")["services"], clock.to_local(when)
    quoted = some(rng, episodes.s136_police[at] & (urn[at] != ""), 0.7)
    text = texts(
        {
            "Detention Ref": ref[at],
            "Detained On": _cell_dates(rng, local, mess),
            "Detained At": stamps(local, "%H:%M"),
            "Family Name": upper(seen.family, seen.style < 0.35),
            "Given Name": seen.given,
            "Birth Date": _cell_dates(rng, seen.dob, mess),
            "NHS": _cell_numbers(rng, seen.nhs, mess),
            "MH Number": seen.local_id,
            "Police URN": np.where(quoted, urn[at], ""),
            "Place Of Safety": choose(rng, services["places_of_safety"], len(at)),
            "Health Professional Consulted": choose(rng, ["Y", "N", ""], len(at), [5, 3, 2]),
            "Result": choose(rng, read("area.toml")["codes"]["s136_outcomes"], len(at)),
        }
    )
    return system.again(Extract("s136", text, facts), 0.03, "s136_ref_repeated"), ref


def make_mha(system: System, ref: Words) -> Extract:
    """The sheet of assessments, those not completed among them."""
    rng, span, episodes, mess = system.rng, system.span, system.episodes, system.mess
    moment = episodes.at + clock.minutes(rng, len(episodes), 240, 1200)
    at = np.flatnonzero(episodes.mha & span.inside(moment))
    who, when, done = episodes.who[at], moment[at], episodes.completed[at]
    codes, services = read("area.toml")["codes"], read("area.toml")["services"]
    completed = choose(rng, codes["mha_completed"], len(at), [5, 3, 2, 3, 2, 0.3, 0.5])
    outcome = np.where(done, completed, choose(rng, codes["mha_not_completed"], len(at)))
    seen, month, key = system.describe(who, when), span.index(when), words([f"{2000 + k}" for k in range(len(at))])
    deliver, low = system.late(month, 0.03, "mha_late"), done & (outcome != "No bed available")
    facts = truth(seen, done, low, event=key, who=who, at=when, deliver=deliver, month=month)
    text = texts(
        {
            "Assessment No": key,
            "Person Assessed": _whole(seen),
            "DOB": _cell_dates(rng, seen.dob, mess),
            "NHS No.": _cell_numbers(rng, seen.nhs, mess),
            "MH No.": seen.local_id,
            "Assessed On": _cell_dates(rng, clock.to_local(when), mess),
            "AMHP": choose(rng, services["amhps"], len(at)),
            "Outcome": outcome.astype(object),
            "Detention Ref": np.where(rng.random(len(at)) < 0.6, ref[at], ""),
            "Hub": choose(rng, services["hubs"], len(at)),
        }
    )
    mess["mha_not_completed"] += int((~done).sum())
    every, bad_dates = np.ones(len(at), dtype=bool), ["see notes", "TBC"]
    extract = system.spoil(Extract("mha", text, facts), every, "Assessed On", bad_dates, 0.002, "bad_mha_date")
    return system.again(extract, 0.01, "mha_sent_again")


def _whole(seen: Descriptions) -> Words:
    """'Forename Surname', or 'SURNAME, Forename' from some hands."""
    family, given = upper(seen.family, seen.style < 0.12), seen.given
    crossed = (seen.style < 0.12) & (given != "")
    plain = np.where(given == "", family, given + " " + family)
    return np.where(crossed, family + ", " + given, plain).astype(object)


def _cell_dates(rng: Generator, days: Dates, mess: Counter[str]) -> Words:
    """Excel dates, or text in one of three styles."""
    style = rng.choice(4, len(days), p=[0.72, 0.12, 0.08, 0.08])
    dates = days.astype("datetime64[D]")
    forms = [stamps(dates, form) for form in ("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%d/%m/%y")]
    old = dates < np.datetime64("1945-01-01")
    style = np.where((style == 3) & old, 1, style)
    out = np.select([style == k for k in range(4)], [np.where(forms[0] == "", "", DATE + forms[0]), *forms[1:]])
    mess["date_as_text"] += int((style > 0).sum())
    return out.astype(object)


def _cell_numbers(rng: Generator, numbers: Words, mess: Counter[str]) -> Words:
    """Text, or a number where all are digits."""
    plain = np.fromiter((n.isdigit() and not n.startswith("0") for n in numbers), dtype=bool, count=len(numbers))
    chosen = some(rng, plain, 0.3)
    mess["nhs_as_number"] += int(chosen.sum())
    return np.where(chosen, NUMBER + numbers, numbers).astype(object)
