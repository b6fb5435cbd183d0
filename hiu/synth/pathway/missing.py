"""People missing from hospital: episodes out of the wards in which people truly were that night.

One ward loses people more often than the others. What becomes of an episode is drawn first and written down as the
truth; what a report leaves out is not known.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.synth import clock
from hiu.synth.agencies.extracts import System, texts
from hiu.synth.agencies.party import births, party_names, sexes
from hiu.synth.clock import Times
from hiu.synth.lists import Flags, Generator, Ints, Words, choose, some, words
from hiu.synth.pathway.drops import Ground, Sent, local

Days = NDArray[np.datetime64]
A_NIGHT = 0.05
"""Episodes for each night in a bed: far more than there are, so that a small area has some."""
OFTEN = "Kingsholm Ward"
"""The ward from which people go missing three times as often."""
MORE = 3
KINDS = {"Absconded": 4, "Failed to return from leave": 3, "Walked out": 2, "Other": 1}
RISKS = {"High": 2, "Medium": 5, "Low": 2, "No apparent risk": 1}
FOUND = {"Police": 4, "Ward staff": 2, "Self return": 3, "Family": 1}
POOR = {"no": 60, "incomplete": 12, "late": 12, "both": 3, "unknown": 13}
"""What is true of a report, and how often; of an unknown one the time last seen is missing."""


def make_missing(ground: Ground) -> Sent:
    """Episodes of the months of the area, each sent in its month, and again in the month in which they are found."""
    system = ground.system(22, "police")
    rng, span = system.rng, ground.span
    stay, reported = _moments(rng, ground)
    kept = span.inside(reported)
    order = np.argsort(reported[kept], kind="stable")
    stay, reported = stay[kept][order], reported[kept][order]
    size, month = len(stay), span.index(reported)
    found = np.where(rng.random(size) < 0.97, reported + clock.minutes(rng, size, 20, 4000), np.datetime64("NaT"))
    poor = choose(rng, list(POOR), size, list(POOR.values()))
    named = rng.random(size) < 0.6
    number = words([f"MP{place:06}" for place in range(1, size + 1)])
    who, ward = ground.stays.who[stay], ground.wards[stay]
    text = _texts(system, who, reported, poor, np.where(named, ward, ""), number)
    # a name alone is nobody's: no record says whose bed it was
    identified = (
        text.select(pl.any_horizontal(pl.col("DOB", "Postcode", "Niche ID").is_not_null())).to_series().to_numpy()
    )
    by_bed = identified & ~_in_two(ground, who, reported)
    later = ~np.isnat(found) & (span.index(np.where(np.isnat(found), reported, found)) > month)
    first = text.with_columns(
        pl.Series("Found at", local(np.where(later, np.datetime64("NaT"), found)), dtype=pl.String)
    )
    again = later & span.inside(np.where(np.isnat(found), reported, found))
    second = text.with_columns(pl.Series("Found at", local(found), dtype=pl.String)).filter(pl.Series(again))
    deliver = pl.concat([pl.Series(month), pl.Series(span.index(found[again]))])
    whole = pl.concat([first, second]).with_columns(pl.all().replace("", None))
    truth = pl.DataFrame(
        {
            "episode_id": number.tolist(),
            "who": who,
            "month": month,
            "site": [one if sure else None for one, sure in zip(ward, named | by_bed, strict=True)],
            "named": named,
            "poor": np.where(np.isin(poor, ["incomplete", "late", "both"]), "yes", poor).tolist(),
            "still_missing": ~(again | (~np.isnat(found) & ~later)),
            "in_window": _in_window(who, reported),
        }
    )
    return Sent(source="missing_episode", text=whole, deliver=deliver, truth={"missing_episodes": truth})


def _nights(ground: Ground) -> tuple[Days, Days]:
    """First night and day out of each stay as it was: one that was left open ended when the next of its spell began."""
    stays = ground.stays
    first = stays.start.astype("datetime64[D]")
    starts = pl.DataFrame({"spell": stays.spell, "day": first.astype("datetime64[us]")})
    moved = starts.select(pl.col("day").shift(-1).over("spell", order_by="day"))["day"].to_numpy()
    whole = np.where(np.isnat(moved), stays.spell_end, moved.astype("datetime64[D]"))
    return first, np.where(np.isnat(stays.end), whole, stays.end)


def _moments(rng: Generator, ground: Ground) -> tuple[Ints, Times]:
    """The stay of each episode and when it was reported (UTC): from 20:00 of a night in the bed to 6:00 after it."""
    stays, (first, out) = ground.stays, _nights(ground)
    nights = np.where(stays.bad | (ground.wards == ""), 0, np.maximum((out - first).astype(np.int64), 0))
    rate = np.where(ground.wards == OFTEN, MORE, 1) * A_NIGHT
    stay = np.repeat(np.arange(len(nights)), rng.poisson(nights * rate))
    night = first[stay] + (rng.random(len(stay)) * nights[stay]).astype(np.int64).astype("timedelta64[D]")
    at = night.astype("datetime64[s]") + np.timedelta64(20, "h") + clock.minutes(rng, len(stay), 0, 599)
    there = at > stays.start[stay].astype("datetime64[s]")
    return stay[there], clock.to_utc(at[there])


def _in_two(ground: Ground, who: Ints, reported: Times) -> Flags:
    """Episodes of a night for which the wards' own rows have the person in two of them: nobody can say which it was."""
    stays, (first, out) = ground.stays, _nights(ground)
    night = (clock.to_local(reported) - np.timedelta64(12, "h")).astype("datetime64[D]")
    sent = ~stays.bad & (ground.wards != "")
    own = [sent & (stays.who == one) & (first <= day) & (day < out) for one, day in zip(who, night, strict=True)]
    return np.array([len(set(ground.wards[there])) > 1 for there in own], dtype=bool)


def _texts(system: System, who: Ints, reported: Times, poor: Words, site: Words, number: Words) -> pl.DataFrame:
    """The rows as the police's system has them, but for when the person was found."""
    rng, size = system.rng, len(who)
    seen = system.describe(who, reported)
    late = np.isin(poor, ["late", "both"])
    before = np.where(late, clock.minutes(rng, size, 61, 400), clock.minutes(rng, size, 1, 60))
    last = np.where(poor == "unknown", np.datetime64("NaT"), reported - before)
    loud = some(rng, site != "", 0.3)
    spelt = np.where(loud, words([text.upper() for text in site]), site)
    return texts(
        {
            "Misper ref": number,
            "Last seen at": local(last),
            "Reported at": local(reported),
            "Missing from": spelt.astype(object),
            "Kind": choose(rng, list(KINDS), size, list(KINDS.values())),
            "Risk": choose(rng, list(RISKS), size, list(RISKS.values())),
            "Grab pack": choose(rng, ["Yes", "No", ""], size, [3, 5, 2]),
            "Report complete": np.where(np.isin(poor, ["incomplete", "both"]), "No", "Yes").astype(object),
            "Found by": choose(rng, list(FOUND), size, list(FOUND.values())),
            "Name": party_names(seen, system.mess),
            "DOB": births(seen, system.mess),
            "Sex": sexes(seen),
            "Postcode": np.where(seen.address == "NFA", "", seen.postcode),
            "Niche ID": seen.local_id,
        }
    )


def _in_window(who: Ints, reported: Times) -> NDArray[np.int64]:
    """Episodes of the same person in the ninety days up to each, itself among them."""
    day = clock.to_local(reported).astype("datetime64[D]")
    near = (who[:, None] == who[None, :]) & (day[:, None] - day[None, :] <= np.timedelta64(90, "D"))
    return np.asarray(np.tril(near).sum(axis=1), dtype=np.int64)
