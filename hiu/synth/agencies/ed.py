"""The emergency department extract: attendances, amended, sent again and deleted by later rows."""

from collections import Counter

import numpy as np
import polars as pl

from hiu.synth import clock
from hiu.synth.agencies.extracts import Extract, Span, late, spoil, stamps, texts, truth, upper
from hiu.synth.clock import Times
from hiu.synth.lists import Flags, Generator, Ints, Words, choose, read, some, within, words
from hiu.synth.people.described import Clerk, Described
from hiu.synth.people.episodes import Episodes
from hiu.synth.people.people import People
from hiu.synth.people.places import NOT_KNOWN
from hiu.synth.people.slips import Slips

SLIPS = Slips(
    nhs_missing=0.06, dob_missing=0.005, dob_placeholder=0.01, id_missing=0, address_missing=1, aka=0, spelling=0.06
)
STATUSES = {"home": 0.85, "left": 0.11, "excluded": 0.025, "": 0.015}


def make_ed(
    rng: Generator,
    episodes: Episodes,
    people: People,
    clerks: list[Clerk],
    span: Span,
    incident: Words,
    mess: Counter[str],
) -> Extract:
    """The extract; an attendance brought by ambulance may quote the incident number."""
    arrival = episodes.at + clock.minutes(rng, len(episodes), 40, 220) * episodes.ed
    come = np.flatnonzero(episodes.ed & span.inside(arrival))
    at, who = arrival[come], episodes.who[come]
    place = np.where(rng.random(len(who)) < 0.85, who % len(clerks), rng.integers(len(clerks), size=len(who)))
    seen = _described(clerks, place, who, clock.to_local(at).astype("datetime64[D]"))
    unknown = rng.random(len(who)) < 0.009
    seen.forget(
        unknown, upper(choose(rng, read("area.toml")["codes"]["unknown"], len(who)), np.ones(len(who), dtype=bool))
    )
    mess["unknown_attender"] += int(unknown.sum())
    status = _statuses(rng, len(who))
    category = choose(rng, ["1", "2", "3", "4", ""], len(who), [0.94, 0.025, 0.015, 0.013, 0.007])
    key = words([f"{_trust(p)}X{900_000_000 + k}" for k, p in enumerate(place.tolist())])
    month = span.index(at)
    deliver = late(rng, month, span, 0.025, mess, "ed_late")
    text = _texts(rng, episodes, come, seen, at, place, key, status, category, deliver, incident, span)
    listed = within(status, read("area.toml")["codes"]["ed_left"] + read("area.toml")["codes"]["ed_excluded"])
    counted = ~listed & (category != "4")
    every = np.ones(len(who), dtype=bool)
    facts = truth(
        seen,
        who=who,
        at=at,
        deliver=deliver,
        event=key,
        month=month,
        counted=counted,
        low=counted & (status != "") & (category != ""),
        high=every,
        key=key,
    )
    extract = Extract("ed", text, facts)
    extract = spoil(rng, extract, every, "Arrival", ["00/00/0000 00:00", "n/k", None], 0.0006, "bad_ed_time", mess)
    return _versions(rng, extract, span, mess)


def _trust(place: int) -> str:
    return str(read("area.toml")["services"]["hospitals"][place][0])


def _described(clerks: list[Clerk], place: Ints, who: Ints, day: Times) -> Described:
    """Descriptions by the hospital each went to, put back in order."""
    parts = [(np.flatnonzero(place == k), clerk) for k, clerk in enumerate(clerks)]
    made = [clerk.describe(who[at], day[at]) for at, clerk in parts]
    back = np.argsort(np.concatenate([at for at, _ in parts]), kind="stable")
    return Described(**{name: np.concatenate([getattr(one, name) for one in made])[back] for name in vars(made[0])})


def _statuses(rng: Generator, size: int) -> Words:
    codes = read("area.toml")["codes"]
    kind = choose(rng, list(STATUSES), size, list(STATUSES.values()))
    out = np.where(kind == "home", codes["ed_home"], kind)
    out = np.where(kind == "left", choose(rng, codes["ed_left"], size, [0.4, 0.25, 0.35]), out)
    return np.where(kind == "excluded", choose(rng, codes["ed_excluded"], size), out).astype(object)


def _texts(
    rng: Generator,
    episodes: Episodes,
    come: Ints,
    seen: Described,
    at: Times,
    place: Ints,
    key: Words,
    status: Words,
    category: Words,
    deliver: Ints,
    incident: Words,
    span: Span,
) -> pl.DataFrame:
    codes, size = read("area.toml")["codes"], len(come)
    hospitals = read("area.toml")["services"]["hospitals"]
    local = clock.to_local(at)
    crisis, by_ambulance = episodes.crisis[come], episodes.conveyed[come]
    mode = np.select(
        [by_ambulance, some(rng, episodes.police[come] & crisis, 0.5)],
        [codes["arrival_ambulance"], codes["arrival_police"]],
        codes["arrival_own"],
    )
    quoted = some(rng, by_ambulance & (incident[come] != ""), 0.72)
    complaint = np.where(
        some(rng, crisis, 0.85),
        choose(rng, codes["crisis_complaints"], size),
        choose(rng, codes["other_complaints"], size),
    )
    postcode = np.where(seen.postcode == "", np.where(rng.random(size) < 0.5, NOT_KNOWN, ""), seen.postcode)
    given = np.where((seen.middle != "") & (seen.style > 0.85), seen.given + " " + seen.middle, seen.given).astype(
        object
    )
    return texts(
        {
            "Attendance ID": key,
            "Record Action": words(["NEW"] * size),
            "Extract Run": stamps(_runs(span, deliver), "%d/%m/%Y %H:%M"),
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
            "Attendance Category": category,
            "Chief Complaint": complaint.astype(object),
            "Acuity": choose(rng, codes["acuity"], size, [1, 9, 22, 22, 4]),
            "Discharge Status": status,
            "Departure": stamps(local + clock.minutes(rng, size, 20, 720), "%d/%m/%Y %H:%M"),
        }
    )


def _runs(span: Span, deliver: Ints) -> Times:
    """When the extract of a month was run: the fifth of the next month, at six in the morning."""
    months = np.array([np.datetime64((span.first + k + 1).start, "s") for k in range(span.months + 2)])
    return np.asarray(months[deliver] + np.timedelta64(4 * 24 + 6, "h"))


def _versions(rng: Generator, extract: Extract, span: Span, mess: Counter[str]) -> Extract:
    """With rows amended (status, then sometimes the NHS number lost or found), repeated or deleted a month later."""
    deliver, sound = extract.truth["deliver"].to_numpy(), extract.truth["planted"].is_null().to_numpy()
    draw = np.where((deliver < span.months - 1) & sound, rng.random(len(deliver)), 1.0)
    for kind, low, high in (("ed_amended", 0, 0.045), ("ed_sent_again", 0.045, 0.06), ("ed_deleted", 0.06, 0.0625)):
        at = np.flatnonzero((draw >= low) & (draw < high))
        mess[kind] += len(at)
        later = extract.take(at)
        truth_ = later.truth.with_columns(pl.col("deliver") + 1)
        text = later.text.with_columns(
            pl.Series("Extract Run", stamps(_runs(span, deliver[at] + 1), "%d/%m/%Y %H:%M").tolist(), dtype=pl.String)
        )
        if kind == "ed_amended":
            text, truth_ = _amended(rng, text, truth_)
        if kind == "ed_deleted":
            text = text.with_columns(pl.lit("DELETE").alias("Record Action"))
            truth_ = truth_.with_columns(pl.lit(False).alias("counted"), pl.lit(False).alias("low"))
        first = np.zeros(len(extract.text), dtype=bool)
        first[at] = True
        extract = Extract("ed", extract.text, _superseded(extract.truth, first)).plus(Extract("ed", text, truth_))
    return extract


def _superseded(facts: pl.DataFrame, rows: Flags) -> pl.DataFrame:
    old = pl.Series(rows)
    return facts.with_columns((pl.col("counted") & ~old).alias("counted"), (pl.col("low") & ~old).alias("low"))


def _amended(rng: Generator, text: pl.DataFrame, facts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A new discharge status; the truth follows it."""
    codes = read("area.toml")["codes"]
    status = _statuses(rng, len(text))
    listed = within(status, codes["ed_left"] + codes["ed_excluded"])
    counted = pl.Series(~listed) & (text["Attendance Category"].fill_null("") != "4")
    certain = counted & (pl.Series(status.tolist(), dtype=pl.String) != "") & text["Attendance Category"].is_not_null()
    text = text.with_columns(
        pl.Series("Discharge Status", status.tolist(), dtype=pl.String).replace("", None),
        pl.lit("AMEND").alias("Record Action"),
    )
    return text, facts.with_columns(counted.alias("counted"), certain.alias("low"))
