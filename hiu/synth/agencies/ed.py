"""The emergency department extract: attendances, amended, sent again and deleted by later rows."""

import numpy as np
import polars as pl

from hiu.synth import clock
from hiu.synth.agencies.extracts import Extract, Span, System, stamps, texts, truth, upper
from hiu.synth.clock import Times
from hiu.synth.lists import Flags, Generator, Ints, Words, choose, mostly, read, some, within, words
from hiu.synth.people.clerk import Clerk, Descriptions
from hiu.synth.people.places import NOT_KNOWN

STATUSES = {"home": 0.85, "left": 0.11, "excluded": 0.025, "": 0.015}
DEAD_IN_ERROR = 30
"""Of so many statuses that would have the living as dead one stands: the others say that they were sent elsewhere."""


def make_ed(system: System, incident: Words) -> Extract:
    """The extract; an attendance brought by ambulance may quote the incident number."""
    rng, span, episodes, clerks = system.rng, system.span, system.episodes, system.clerks
    arrival = episodes.at + clock.minutes(rng, len(episodes), 40, 220) * episodes.ed
    come = np.flatnonzero(episodes.ed & span.inside(arrival))
    at, who = arrival[come], episodes.who[come]
    place = np.where(rng.random(len(who)) < 0.85, who % len(clerks), rng.integers(len(clerks), size=len(who)))
    seen = _descriptions(clerks, place, who, clock.to_local(at).astype("datetime64[D]"))
    unknown = rng.random(len(who)) < 0.009
    seen.forget(unknown, choose(rng, read("area.toml")["codes"]["unknown"], len(who)))
    system.mess["unknown_attender"] += int(unknown.sum())
    status = _statuses(rng, len(who))
    category = choose(rng, ["1", "2", "3", "4", ""], len(who), [0.94, 0.025, 0.015, 0.013, 0.007])
    key = words([f"{_trust(p)}X{900_000_000 + k}" for k, p in enumerate(place.tolist())])
    month = span.index(at)
    deliver = system.late(month, 0.025, "ed_late")
    codes = {"Attendance ID": key, "Attendance Category": category, "Discharge Status": status}
    text = _texts(system, come, seen, at, place, deliver, incident, codes)
    counted = ~_excluded(status) & (category != "4")
    low = counted & (status != "") & (category != "")
    facts = truth(seen, counted, low, event=key, who=who, at=at, deliver=deliver, month=month)
    every, bad_times = np.ones(len(who), dtype=bool), ["00/00/0000 00:00", "n/k", None]
    extract = system.spoil(Extract("ed", text, facts), every, "Arrival", bad_times, 0.0006, "bad_ed_time")
    return _versions(system, extract)


def _trust(place: int) -> str:
    return str(read("area.toml")["services"]["hospitals"][place][0])


def _descriptions(clerks: tuple[Clerk, ...], place: Ints, who: Ints, day: Times) -> Descriptions:
    """Descriptions by the hospital each went to, put back in order."""
    parts = [(np.flatnonzero(place == k), clerk) for k, clerk in enumerate(clerks)]
    made = [clerk.describe(who[at], day[at]) for at, clerk in parts]
    back = np.argsort(np.concatenate([at for at, _ in parts]), kind="stable")
    return Descriptions(**{name: np.concatenate([getattr(one, name) for one in made])[back] for name in vars(made[0])})


def _statuses(rng: Generator, size: int) -> Words:
    codes = read("area.toml")["codes"]
    kind = choose(rng, list(STATUSES), size, list(STATUSES.values()))
    out = np.where(kind == "home", codes["ed_home"], kind)
    out = np.where(kind == "left", choose(rng, codes["ed_left"], size, [0.4, 0.25, 0.35]), out)
    out = np.where(kind == "excluded", choose(rng, codes["ed_excluded"], size), out).astype(object)
    # nearly all of them come again, and a slip of the pen that has the living as dead is rare
    dead, streamed = codes["ed_excluded"][:2]
    at = np.flatnonzero(out == dead)
    out[at[np.arange(len(at)) % DEAD_IN_ERROR != 0]] = streamed
    return out


def _texts(
    system: System,
    come: Ints,
    seen: Descriptions,
    at: Times,
    place: Ints,
    deliver: Ints,
    incident: Words,
    own: dict[str, Words],
) -> pl.DataFrame:
    """The cells; `own` are columns that the truth needs too."""
    rng, episodes, size, local = system.rng, system.episodes, len(come), clock.to_local(at)
    codes, hospitals = read("area.toml")["codes"], read("area.toml")["services"]["hospitals"]
    crisis, by_ambulance = episodes.crisis[come], episodes.conveyed[come]
    by_police = some(rng, episodes.police[come] & crisis, 0.5)
    arrivals = [codes["arrival_ambulance"], codes["arrival_police"]]
    mode = np.select([by_ambulance, by_police], arrivals, codes["arrival_own"])
    quoted = some(rng, by_ambulance & (incident[come] != ""), 0.72)
    complaint = mostly(rng, crisis, codes["crisis_complaints"], codes["other_complaints"])
    postcode = np.where(seen.postcode == "", np.where(rng.random(size) < 0.5, NOT_KNOWN, ""), seen.postcode)
    both = (seen.middle != "") & (seen.style > 0.85)
    given = np.where(both, seen.given + " " + seen.middle, seen.given).astype(object)
    return texts(
        {
            "Attendance ID": own["Attendance ID"],
            "Record Action": words(["NEW"] * size),
            "Extract Run": stamps(_runs(system.span, deliver), "%d/%m/%Y %H:%M"),
            "Trust": words([hospitals[k][0] for k in place]),
            "Site": words([hospitals[k][1] for k in place]),
            "Hospital Number": seen.local_id,
            "NHS Number": seen.nhs,
            "NHS Trace": np.where(seen.nhs == "", "Not traced", "Traced").astype(object),
            "Surname": upper(seen.family, seen.style < 0.3),
            "First Name": upper(given, seen.style < 0.3),
            "Birth Date": stamps(seen.dob, "%d/%m/%Y"),
            "Gender Code": np.select([seen.sex == "F", seen.sex == "M"], ["2", "1"], "9").astype(object),
            "Home Postcode": postcode,
            "Arrival": stamps(local, "%d/%m/%Y %H:%M"),
            "Arrival Mode": mode.astype(object),
            "Ambulance Incident": np.where(quoted, incident[come], ""),
            "Dept Type": choose(rng, ["1", "2", "3"], size, [0.82, 0.02, 0.16]),
            "Attendance Category": own["Attendance Category"],
            "Chief Complaint": complaint,
            "Acuity": choose(rng, codes["acuity"], size, [1, 9, 22, 22, 4]),
            "Discharge Status": own["Discharge Status"],
            "Departure": stamps(local + clock.minutes(rng, size, 20, 720), "%d/%m/%Y %H:%M"),
        }
    )


def _runs(span: Span, deliver: Ints) -> Times:
    """When the extract of a month was run: the fifth of the next month, at six in the morning."""
    months = np.array([np.datetime64((span.first + k + 1).start, "s") for k in range(span.months + 2)])
    return np.asarray(months[deliver] + np.timedelta64(4 * 24 + 6, "h"))


def _versions(system: System, extract: Extract) -> Extract:
    """With rows amended (status, then sometimes the NHS number lost or found), repeated or deleted a month later."""
    rng, span = system.rng, system.span
    deliver, sound = extract.truth["deliver"].to_numpy(), extract.truth["planted"].is_null().to_numpy()
    draw = np.where((deliver < span.months - 1) & sound, rng.random(len(deliver)), 1.0)
    for kind, low, high in (("ed_amended", 0, 0.045), ("ed_sent_again", 0.045, 0.06), ("ed_deleted", 0.06, 0.0625)):
        at = np.flatnonzero((draw >= low) & (draw < high))
        system.mess[kind] += len(at)
        later = extract.take(at)
        facts = later.truth.with_columns(pl.col("deliver") + 1)
        runs = stamps(_runs(span, deliver[at] + 1), "%d/%m/%Y %H:%M")
        text = later.text.with_columns(pl.Series("Extract Run", runs.tolist(), dtype=pl.String))
        if kind == "ed_amended":
            text, facts = _amended(rng, text, facts)
        if kind == "ed_deleted":
            text = text.with_columns(pl.lit("DELETE").alias("Record Action"))
            facts = facts.with_columns(pl.lit(False).alias("counted"), pl.lit(False).alias("low"))
        stands = ~pl.Series(np.isin(np.arange(len(extract.text)), at))
        earlier = extract.truth.with_columns(pl.col("counted") & stands, pl.col("low") & stands)
        extract = Extract("ed", extract.text, earlier).plus(Extract("ed", text, facts))
    return extract


def _excluded(status: Words) -> Flags:
    """Discharge statuses that do not count: left, dead on arrival, streamed elsewhere."""
    codes = read("area.toml")["codes"]
    return within(status, codes["ed_left"] + codes["ed_excluded"])


def _amended(rng: Generator, text: pl.DataFrame, facts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A new discharge status; the truth follows it."""
    status = _statuses(rng, len(text))
    counted = pl.Series(~_excluded(status)) & (text["Attendance Category"].fill_null("") != "4")
    certain = counted & (pl.Series(status.tolist(), dtype=pl.String) != "") & text["Attendance Category"].is_not_null()
    text = text.with_columns(
        pl.Series("Discharge Status", status.tolist(), dtype=pl.String).replace("", None),
        pl.lit("AMEND").alias("Record Action"),
    )
    return text, facts.with_columns(counted.alias("counted"), certain.alias("low"))
