"""The section 136 pathway: each detention with the times of its steps, and escalations of places of safety.

What became of a detention is drawn first, then times that fit it: the truth is what was drawn, and it was not worked
out from what is sent. Nothing that is not planted breaks a rule.
"""

import numpy as np
import polars as pl

from hiu.synth import clock
from hiu.synth.agencies.extracts import System, texts
from hiu.synth.agencies.party import births
from hiu.synth.clock import Times
from hiu.synth.lists import Flags, Generator, Ints, Words, choose, read, some, words
from hiu.synth.pathway.drops import Ground, Sent, local

HOUR = 60
KINDS = {
    "plain": 60, "no_extension_needed": 6, "extended": 4, "over": 8, "over_extended": 2, "extension_unknown": 2,
    "no_arrival": 2, "no_end": 2, "accepted_early": 2, "ended_early": 1, "extended_late": 2, "contradicted": 1,
    "transfer": 5, "transfer_over": 2, "transfer_new_number": 1,
}  # fmt: skip
"""What may become of a detention, and how often."""
LENGTHS = {
    "over": (24 * HOUR + 1, 60 * HOUR), "over_extended": (36 * HOUR + 1, 60 * HOUR),
    "extended": (24 * HOUR + 1, 36 * HOUR), "extension_unknown": (24 * HOUR + 1, 36 * HOUR),
    "no_arrival": (25 * HOUR, 30 * HOUR), "extended_late": (30 * HOUR, 40 * HOUR),
    "transfer_over": (24 * HOUR + 1, 40 * HOUR),
}  # fmt: skip
"""Minutes from the first arrival to the end, where they are not those of most (5 to 24 hours, which is within)."""
OVER = dict.fromkeys(("over", "over_extended", "extended_late", "transfer_over"), "yes") | dict.fromkeys(
    ("extension_unknown", "no_arrival", "no_end", "ended_early"), "unknown"
)
PLANTED = {
    "accepted_early": ("out_of_order",), "ended_early": ("out_of_order",),
    "extended_late": ("extended_late",), "contradicted": ("extension_contradicted",),
}  # fmt: skip
LIMITS = dict.fromkeys(("extended", "over_extended"), 36) | {"extension_unknown": None}
WORDS: dict[str, dict[str, float]] = {
    "consulted": {"Yes": 6, "No": 2, "Not practicable": 1, "": 1},
    "conveyance": {"Ambulance": 6, "Police vehicle": 3, "": 1},
    "outcome": {"Discharged": 5, "Community follow-up": 3, "Section 2": 2, "Admitted informally": 1, "Section 3": 0.5},
    "ethnicity": {"White British": 7, "Black or Black British": 1, "Asian or Asian British": 1, "Mixed": 0.5, "": 1},
}
CODES = {
    "Yes": "yes", "No": "no", "Not practicable": "not_practicable", "Ambulance": "ambulance",
    "Police vehicle": "police", "Discharged": "discharged", "Community follow-up": "community", "Section 2": "s2",
    "Admitted informally": "admitted_informal", "Section 3": "s3", "White British": "white",
    "Black or Black British": "black", "Asian or Asian British": "asian", "Mixed": "mixed",
    "No ambulance available": "no_ambulance_available", "Ambulance delay": "ambulance_delay", "Risk assessment": "risk",
    "Emergency department": "ed", "136 suite": "hbpos", "Police custody": "custody",
}  # fmt: skip
"""What a sender writes -> what it means."""


def make_s136_pathway(ground: Ground) -> tuple[Sent, Sent]:
    """The pathway's rows, and the escalations, of the months of the area."""
    system = ground.system(24, "sections")
    return _detentions(ground, system), _escalations(ground, system.rng)


def _detentions(ground: Ground, system: System) -> Sent:
    rng, span, episodes = system.rng, ground.span, ground.episodes
    at = np.flatnonzero(episodes.s136)
    detained = episodes.at[at] + clock.minutes(rng, len(at), 5, 40)
    kind = choose(rng, list(KINDS), len(at), list(KINDS.values()))
    times = _times(rng, detained, kind)
    kept = span.inside(detained) & ~_twofold(times)
    at, kind, times = at[kept], kind[kept], {name: moments[kept] for name, moments in times.items()}
    month = span.index(times["detained"])
    kind, times = _open_at_the_end(ground, kind, times)
    number = words([f"T{k:06}" for k in range(1, len(at) + 1)])
    about = _about(rng, ground, at, kind, times)
    seen = system.describe(episodes.who[at], times["detained"])
    who = {"NHS number": seen.nhs, "Surname": seen.family, "Forename": seen.given, "RiO number": seen.local_id}
    who |= {
        "DOB": births(seen, system.mess),
        "Postcode": np.where(seen.address == "NFA", "", seen.postcode).astype(object),
    }
    text = texts({"Detention ID": number} | {name: about[name] for name in SENT} | _stamps(kind, times) | who)
    text, deliver = _rows(text, month, kind, times)
    truth = pl.DataFrame(
        {
            "detention_id": number.tolist(),
            "who": episodes.who[at],
            "month": month,
            "kind": kind.tolist(),
            "over": [OVER.get(one, "no") for one in kind],
            "limit_hours": pl.Series([LIMITS.get(one, 24) for one in kind], dtype=pl.Int64),
            "clock_minutes": _clock(ground, kind, times),
            "exceptions": [_exceptions(*one) for one in zip(kind, about["First place"], about["Age"], strict=True)],
            **{
                name.lower().replace(" ", "_"): [CODES.get(word, word) or None for word in about[name]]
                for name in SENT
                if name != "Age"
            },
            "age": [int(age) for age in about["Age"]],
        }
    ).rename({"sex": "recorded_sex"})
    return Sent(source="s136_pathway", text=text, deliver=deliver, truth={"s136_detentions": truth})


SENT = (
    "Consulted", "Conveyance", "Police conveyance reason", "First place", "Outcome", "Place", "Force area", "Ethnicity",
    "Sex", "Age", "Police log",
)  # fmt: skip


def _times(rng: Generator, detained: Times, kind: Words) -> dict[str, Times]:
    """Moments that fit what became of each: all there, in order, whatever is left out or put wrong afterwards."""
    size = len(detained)
    arrived = detained + clock.minutes(rng, size, 10, 90)
    accepted = arrived + clock.minutes(rng, size, 10, 180)
    released = accepted + clock.minutes(rng, size, 5, 30)
    low = np.array([LENGTHS.get(one, (5 * HOUR, 24 * HOUR))[0] for one in kind])
    high = np.array([LENGTHS.get(one, (5 * HOUR, 24 * HOUR))[1] for one in kind])
    length = rng.integers(low, high + 1)
    ended = arrived + length.astype("timedelta64[m]").astype("timedelta64[s]")
    assessed = ended - clock.minutes(rng, size, 5, 60)
    asked = np.where(rng.random(size) < 0.3, assessed + clock.minutes(rng, size, 1, 5), np.datetime64("NaT"))
    extended = arrived + clock.minutes(rng, size, 3 * HOUR, 24 * HOUR)
    late = arrived + clock.minutes(rng, size, 24 * HOUR + 1, 29 * HOUR)
    return {
        "detained": detained,
        "arrived": arrived,
        "cleared": np.where(rng.random(size) < 0.3, arrived + clock.minutes(rng, size, 1, 10), np.datetime64("NaT")),
        "accepted": accepted,
        "released": released,
        "assessed": assessed,
        "ended": ended,
        "extension": np.where(kind == "extended_late", late, extended),
        "asked": asked,
        "found": asked + clock.minutes(rng, size, 10, 20 * HOUR),
    }


def _twofold(times: dict[str, Times]) -> Flags:
    """Detentions with a time in the hour that autumn repeats: what is sent of them can be read in two ways."""
    found = np.zeros(len(times["detained"]), dtype=bool)
    hour = np.timedelta64(3600, "s")
    for moments in times.values():
        there = clock.to_local(np.where(np.isnat(moments), times["detained"], moments))
        for other in (moments - hour, moments + hour):
            found |= there == clock.to_local(np.where(np.isnat(other), times["detained"] - 99 * hour, other))
    return found


def _open_at_the_end(ground: Ground, kind: Words, times: dict[str, Times]) -> tuple[Words, dict[str, Times]]:
    """Plain detentions that had not ended at the last month's end are open; those whose clock had run out are over."""
    end = _end(ground)
    still = (kind == "plain") & (times["ended"] > end - np.timedelta64(12, "h"))
    ran_out = end - times["arrived"] > np.timedelta64(24, "h")
    kind = np.where(still, np.where(ran_out, "open_over", "open"), kind).astype(object)
    return kind, times


def _end(ground: Ground) -> np.datetime64:
    """The moment of the last month's end."""
    local_end = np.array([np.datetime64(ground.span.last.after, "s")])
    return np.datetime64(clock.to_utc(local_end)[0])


OVER["open_over"] = "yes"
_NO_TIME = {
    "arrived": ("no_arrival",), "accepted": ("no_arrival",), "released": ("no_arrival",),
    "ended": ("no_end", "open", "open_over"),
    "assessed": ("open", "open_over"), "asked": ("open", "open_over"), "found": ("open", "open_over"),
    "cleared": ("no_arrival", "accepted_early", "open", "open_over"),
}  # fmt: skip
"""Step -> of what became of it the kinds that say no time of the step."""
_EXTENDED = {"extended": "Yes", "over_extended": "Yes", "extended_late": "Yes", "extension_unknown": ""}
_HEADERS = {
    "detained": "Detained at", "arrived": "Arrived at", "cleared": "Medically cleared at", "accepted": "Accepted at",
    "released": "Police released at", "assessed": "Assessed at", "ended": "Ended at", "asked": "Bed requested at",
    "found": "Bed found at", "extension": "Extension at",
}  # fmt: skip


def _stamps(kind: Words, times: dict[str, Times]) -> dict[str, Words]:
    """The cells of the times: what is planted is left out or put wrong here."""
    sent = {name: local(_without(kind, _NO_TIME.get(name, ()), moments)) for name, moments in times.items()}
    hour = np.timedelta64(1, "h")
    sent["accepted"] = np.where(kind == "accepted_early", local(times["arrived"] - hour), sent["accepted"])
    sent["ended"] = np.where(kind == "ended_early", local(times["arrived"] - hour), sent["ended"])
    with_time = ("extended", "over_extended", "extended_late", "contradicted")
    sent["extension"] = np.where(np.isin(kind.astype(str), with_time), sent["extension"], "")
    extended = words([_EXTENDED.get(one, "No") for one in kind])
    return {header: sent[name].astype(object) for name, header in _HEADERS.items()} | {"Extended": extended}


def _without(kind: Words, kinds: tuple[str, ...], moments: Times) -> Times:
    return np.where(np.isin(kind.astype(str), kinds), np.datetime64("NaT"), moments)


def _about(rng: Generator, ground: Ground, at: Ints, kind: Words, times: dict[str, Times]) -> dict[str, Words]:
    """What is written of each besides its times."""
    size, episodes = len(at), ground.episodes
    drawn = {name.title(): choose(rng, list(given), size, list(given.values())) for name, given in WORDS.items()}
    drawn["Outcome"] = np.where(np.isin(kind.astype(str), ("open", "open_over")), "", drawn["Outcome"]).astype(object)
    reasons = choose(rng, ["No ambulance available", "Ambulance delay", "Risk assessment", ""], size, [5, 3, 1, 1])
    moved = np.char.startswith(kind.astype(str), "transfer")
    first = choose(rng, ["136 suite", "Emergency department", "Police custody"], size, [7, 2, 0.2])
    people = ground.system(25, "sections").clerks[0].people
    days = clock.to_local(times["detained"]).astype("datetime64[D]")
    who = episodes.who[at]
    quoted = some(rng, episodes.s136_police[at] & (ground.urn[at] != ""), 0.7)
    return drawn | {
        "Police conveyance reason": np.where(drawn["Conveyance"] == "Police vehicle", reasons, "").astype(object),
        "First place": np.where(moved, "Emergency department", first).astype(object),
        "Place": choose(rng, read("area.toml")["services"]["places_of_safety"], size),
        "Force area": choose(rng, ["Avon and Somerset", "Wiltshire"], size, [3, 1]),
        "Sex": people.sex[who],
        "Age": words([str(age) for age in _ages(people.dob[who], days)]),
        "Police log": np.where(quoted, ground.urn[at], "").astype(object),
    }


def _ages(born: Times, days: Times) -> list[int]:
    pairs = zip(born.astype("datetime64[D]").tolist(), days.tolist(), strict=True)
    return [day.year - one.year - ((day.month, day.day) < (one.month, one.day)) for one, day in pairs]


def _rows(text: pl.DataFrame, month: Ints, kind: Words, times: dict[str, Times]) -> tuple[pl.DataFrame, pl.Series]:
    """The rows, and the month each is delivered in: a transfer has a first row of its own, in the emergency department.

    Of one under a new number the first row has another number and the same time of detention.
    """
    moved = np.flatnonzero(np.char.startswith(kind.astype(str), "transfer"))
    later = local(times["accepted"] - np.timedelta64(5, "m"))
    new = pl.Series((kind == "transfer_new_number")[moved])
    first = text[moved].with_columns(
        pl.when(new).then(pl.concat_str("Detention ID", pl.lit("A"))).otherwise("Detention ID").alias("Detention ID"),
        pl.lit("ED - Gloucester").alias("Place"),
        *(pl.lit(None, pl.String).alias(name) for name in _LATER),
    )
    again = pl.Series(np.isin(np.arange(len(text)), moved))
    second = text.with_columns(
        pl.when(again).then(pl.Series(later.tolist(), dtype=pl.String)).otherwise("Arrived at").alias("Arrived at"),
        pl.when(again).then(pl.lit("Bluebell Suite")).otherwise("Place").alias("Place"),
    )
    return pl.concat([first, second]), pl.Series([*month[moved], *month], dtype=pl.Int64)


_LATER = (
    "Accepted at", "Police released at", "Medically cleared at", "Assessed at", "Ended at", "Bed requested at",
    "Bed found at", "Extension at", "Outcome",
)  # fmt: skip


def _clock(ground: Ground, kind: Words, times: dict[str, Times]) -> pl.Series:
    """True minutes of the clock; null where what is sent can't say them."""
    end = np.where(np.isin(kind.astype(str), ("open", "open_over")), _end(ground), times["ended"])
    minutes = (end - times["arrived"]).astype("timedelta64[m]").astype(np.int64)
    unknown = np.isin(kind.astype(str), ("no_arrival", "no_end", "ended_early"))
    return pl.Series([None if none else int(n) for n, none in zip(minutes, unknown, strict=True)], dtype=pl.Int64)


def _exceptions(kind: str, first: str, age: str) -> str:
    """Every exception there is of a detention, joined by |."""
    over = {"yes": ("over_limit",), "unknown": ("over_unknown",)}.get(OVER.get(kind, "no"), ())
    child = ("child_in_custody",) if first == "Police custody" and int(age) < 18 else ()
    return "|".join(sorted((*over, *child, *PLANTED.get(kind, ()))))


def _escalations(ground: Ground, rng: Generator) -> Sent:
    size = 4 * ground.span.months
    month = np.sort(rng.integers(0, ground.span.months, size))
    opened = clock.draw(rng, ground.span.first, month)
    resolved = np.where(rng.random(size) < 0.9, opened + clock.minutes(rng, size, 20, 900), np.datetime64("NaT"))
    wrong = ["Place of safety full", "Place of safety unreachable", "Crisis line unreachable"]
    text = texts(
        {
            "Escalation ID": words([f"E{k:05}" for k in range(1, size + 1)]),
            "About": choose(rng, wrong, size, [6, 2, 1]),
            "Level": choose(rng, ["Manager", "Bronze", "Silver", "Gold"], size, [6, 3, 2, 1]),
            "Opened at": local(opened),
            "Resolved at": local(resolved),
            "Place": choose(rng, read("area.toml")["services"]["places_of_safety"], size),
        }
    )
    hours = ((resolved - opened).astype("timedelta64[m]").astype(np.float64)) / HOUR
    truth = pl.DataFrame({"month": month, "place": text["Place"], "hours": np.where(np.isnat(resolved), np.nan, hours)})
    return Sent(source="place_escalation", text=text, deliver=pl.Series(month), truth={"place_escalations": truth})
