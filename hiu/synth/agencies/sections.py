"""The workbook of section 136 detentions and Mental Health Act assessments, as an AMHP hub keeps it."""

from collections import Counter

import numpy as np

from hiu.synth import clock
from hiu.synth.agencies.beds import Dates
from hiu.synth.agencies.extracts import Extract, Span, again, detentions, late, spoil, stamps, texts, truth, upper
from hiu.synth.lists import Generator, Words, blank, choose, read, some, words
from hiu.synth.people.described import Clerk, Described
from hiu.synth.people.episodes import Episodes
from hiu.synth.people.slips import Slips

SLIPS = Slips(
    nhs_missing=0.12, dob_missing=0.04, dob_placeholder=0, id_missing=0.15, address_missing=1, typo=0.05, nickname=0.3
)
DATE, NUMBER = "date:", "number:"
"""Marks of cells that are written as an Excel date or number in place of text."""


def make_s136(
    rng: Generator, episodes: Episodes, urn: Words, clerk: Clerk, span: Span, mess: Counter[str]
) -> tuple[Extract, Words]:
    """The sheet of detentions, and the reference of every episode that has one (else empty)."""
    moment = episodes.at + clock.minutes(rng, len(episodes), 30, 300)
    at = np.flatnonzero(episodes.s136_health & span.inside(moment))
    ref = blank(len(episodes))
    ref[at] = words([f"S136-{k:05d}" for k in range(1, len(at) + 1)])
    seen = clerk.describe(episodes.who[at], clock.to_local(moment[at]).astype("datetime64[D]"))
    month = span.index(moment[at])
    every = np.ones(len(at), dtype=bool)
    facts = truth(
        seen,
        who=episodes.who[at],
        at=moment[at],
        deliver=late(rng, month, span, 0.03, mess, "s136_late"),
        event=ref[at],
        month=month,
        counted=every,
        low=every,
        high=every,
        key=ref[at],
    ).with_columns(detention=detentions(at, every))
    services, local = read("area.toml")["services"], clock.to_local(moment[at])
    quoted = some(rng, episodes.s136_police[at] & (urn[at] != ""), 0.7)
    text = texts(
        {
            "Detention Ref": ref[at],
            "Detained On": _cell_dates(rng, local, mess),
            "Detained At": stamps(local, "%H:%M"),
            "Family Name": _families(seen),
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
    extract = Extract("s136", text, facts)
    extract = again(rng, extract, 0.03, span, mess, "s136_ref_repeated")
    return extract, ref


def make_mha(rng: Generator, episodes: Episodes, ref: Words, clerk: Clerk, span: Span, mess: Counter[str]) -> Extract:
    """The sheet of assessments, those not completed among them."""
    moment = episodes.at + clock.minutes(rng, len(episodes), 240, 1200)
    at = np.flatnonzero(episodes.mha & span.inside(moment))
    done, every = episodes.completed[at], np.ones(len(at), dtype=bool)
    codes, services = read("area.toml")["codes"], read("area.toml")["services"]
    outcome = np.where(
        done,
        choose(rng, codes["mha_completed"], len(at), [5, 3, 2, 3, 2, 0.3, 0.5]),
        choose(rng, codes["mha_not_completed"], len(at)),
    )
    seen = clerk.describe(episodes.who[at], clock.to_local(moment[at]).astype("datetime64[D]"))
    month, key = span.index(moment[at]), words([f"{2000 + k}" for k in range(len(at))])
    facts = truth(
        seen,
        who=episodes.who[at],
        at=moment[at],
        deliver=late(rng, month, span, 0.03, mess, "mha_late"),
        event=key,
        month=month,
        counted=done,
        low=done & (outcome != "No bed available"),
        high=every,
        key=key,
    )
    text = texts(
        {
            "Assessment No": key,
            "Person Assessed": _whole(seen),
            "DOB": _cell_dates(rng, seen.dob, mess),
            "NHS No.": _cell_numbers(rng, seen.nhs, mess),
            "MH No.": seen.local_id,
            "Assessed On": _cell_dates(rng, clock.to_local(moment[at]), mess),
            "AMHP": choose(rng, services["amhps"], len(at)),
            "Outcome": outcome.astype(object),
            "Detention Ref": np.where(rng.random(len(at)) < 0.6, ref[at], ""),
            "Hub": choose(rng, services["hubs"], len(at)),
        }
    )
    mess["mha_not_completed"] += int((~done).sum())
    extract = spoil(
        rng, Extract("mha", text, facts), every, "Assessed On", ["see notes", "TBC"], 0.002, "bad_mha_date", mess
    )
    return again(rng, extract, 0.01, span, mess, "mha_sent_again")


def _families(seen: Described) -> Words:
    return upper(seen.family, seen.style < 0.35)


def _whole(seen: Described) -> Words:
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
