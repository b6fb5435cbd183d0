"""The ambulance extract: one row for each vehicle (or none) and patient of each incident."""

from collections import Counter

import numpy as np
import polars as pl

from hiu.synth import clock
from hiu.synth.agencies.extracts import Extract, Span, again, late, spoil, stamps, texts, truth, upper
from hiu.synth.clock import Times
from hiu.synth.lists import Generator, Ints, Words, blank, choose, read, within, words
from hiu.synth.people.described import Clerk, Described
from hiu.synth.people.episodes import Episodes
from hiu.synth.people.people import People
from hiu.synth.people.places import NOT_KNOWN
from hiu.synth.people.slips import Slips

SLIPS = Slips(
    typo=0.035,
    nhs_missing=0.25,
    dob_missing=0.14,
    age_only=0.08,
    dob_placeholder=0.015,
    family_only=0.01,
    postcode_missing=0.14,
    address_missing=0.02,
    id_missing=1.0,
    id_other=0,
)
UNREADABLE = "extra_separator"
"""Rows whose free text holds the delimiter: one cell too many, so nothing in them can be trusted."""
OUTCOMES = {"See and Treat": 0.47, "Stood Down": 0.1, "No Patient Found": 0.04, "Hoax": 0.01}


def make_ambulance(
    rng: Generator, episodes: Episodes, people: People, clerk: Clerk, span: Span, mess: Counter[str]
) -> tuple[Extract, Words]:
    """The extract, and the incident number of every episode that has one (else empty)."""
    calls = np.flatnonzero(episodes.ambulance & span.inside(episodes.at))
    number = blank(len(episodes))
    number[calls] = words([f"{7_000_000 + k}" for k in range(len(calls))])
    rows = _vehicles(rng, episodes, calls)
    rows = _second_patients(rng, rows, len(people), mess)
    extract = _written(rng, rows, episodes, number, clerk, span, mess)
    return again(rng, extract, 0.004, span, mess, "ambulance_row_sent_again"), number


def _vehicles(rng: Generator, episodes: Episodes, calls: Ints) -> pl.DataFrame:
    """No vehicle (hear and treat), or up to three; a conveyed patient goes by the first."""
    conveyed = episodes.conveyed[calls]
    sent = rng.choice(4, len(calls), p=[0.13, 0.7, 0.13, 0.04])
    sent = np.where(conveyed, np.maximum(sent, 1), sent)
    call = np.repeat(calls, np.maximum(sent, 1))
    vehicle = np.concatenate([[0], np.cumsum(np.maximum(sent, 1))[:-1]]) if len(calls) else np.zeros(0, dtype=np.int64)
    place = np.arange(len(call)) - np.repeat(vehicle, np.maximum(sent, 1))
    outcome = choose(rng, list(OUTCOMES), len(call), list(OUTCOMES.values()))
    outcome = np.where(episodes.conveyed[call] & (place == 0), "Conveyed", outcome)
    outcome = np.where(np.repeat(sent, np.maximum(sent, 1)) == 0, "Hear and Treat", outcome)
    return pl.DataFrame(
        {"call": call, "who": episodes.who[call], "vehicle": place + 1, "outcome": outcome.tolist(), "patient": 1}
    )


def _second_patients(rng: Generator, rows: pl.DataFrame, people: int, mess: Counter[str]) -> pl.DataFrame:
    """With a second patient, of the same household or beside it, in some incidents."""
    at_scene = rows["outcome"].is_in(["See and Treat"]).to_numpy() & (rows["vehicle"] == 1).to_numpy()
    second = rows.filter(pl.Series(at_scene & (rng.random(len(rows)) < 0.008)))
    second = second.with_columns(
        ((pl.col("who") + 1) % people).alias("who"), patient=pl.lit(2, dtype=rows["patient"].dtype)
    )
    mess["two_patients"] += len(second)
    return pl.concat([rows, second]).sort("call", "patient", "vehicle")


def _written(
    rng: Generator, rows: pl.DataFrame, episodes: Episodes, number: Words, clerk: Clerk, span: Span, mess: Counter[str]
) -> Extract:
    call, who, outcome = rows["call"].to_numpy(), rows["who"].to_numpy(), words(rows["outcome"].to_list())
    at, size = episodes.at[call], len(rows)
    seen = clerk.describe(who, clock.to_local(at).astype("datetime64[D]"))
    nobody = rng.random(len(episodes)) < np.where(episodes.ed, 0.01, 0.1)
    unknown = nobody[call] | within(outcome, ["Hoax"])
    seen.forget(
        unknown,
        upper(
            choose(rng, ["Unknown", "Pt refused details", "Not known", "Unk male", ""], size), np.ones(size, dtype=bool)
        ),
    )
    mess["unknown_patient"] += int(unknown.sum())
    own_month = np.clip(span.index(episodes.at), 0, span.months - 1)
    deliver = late(rng, own_month, span, 0.015, mess, "ambulance_late")[call]
    event = number[call]
    arrived = within(outcome, ["See and Treat", "Conveyed"])
    facts = truth(
        seen,
        who=who,
        at=at,
        deliver=deliver,
        event=event,
        month=own_month[call],
        counted=arrived,
        low=arrived,
        high=np.ones(size, dtype=bool),
        key=event,
    )
    extract = Extract("ambulance", _texts(rng, rows, episodes, seen, at, outcome, event, span, mess), facts)
    lone = (
        (rows["vehicle"].to_numpy() == 1)
        & (rows["patient"].to_numpy() == 1)
        & ~within(event, event[rows["vehicle"].to_numpy() > 1])
    )
    lone &= ~episodes.ed[call]
    extract = spoil(
        rng,
        extract,
        lone,
        "T0 Call Start",
        ["2025-13-45T99:00:00Z", "unknown", None],
        0.0008,
        "bad_ambulance_time",
        mess,
    )
    lone &= extract.truth["planted"].is_null().to_numpy()
    extract = spoil(rng, extract, lone, "Scene Address", ["4 High Street | rear entrance"], 0.0005, UNREADABLE, mess)
    readable = pl.col("planted").ne_missing(UNREADABLE)
    unread = pl.when(readable).then("evidence").otherwise(pl.lit("none"))
    extract.truth = extract.truth.with_columns(
        (pl.col("linkable") & readable).alias("linkable"), unread.alias("evidence")
    )
    return extract


def _texts(
    rng: Generator,
    rows: pl.DataFrame,
    episodes: Episodes,
    seen: Described,
    at: Times,
    outcome: Words,
    event: Words,
    span: Span,
    mess: Counter[str],
) -> pl.DataFrame:
    codes, services, size, call = (
        read("area.toml")["codes"],
        read("area.toml")["services"],
        len(rows),
        rows["call"].to_numpy(),
    )
    sent = outcome != "Hear and Treat"
    arrived = sent & (outcome != "Stood Down")
    allocated = at + clock.minutes(rng, size, 1, 25)
    scene = allocated + clock.minutes(rng, size, 4, 45)
    card = np.where(
        episodes.crisis,
        choose(rng, codes["crisis_ampds"], len(episodes)),
        choose(rng, codes["other_ampds"], len(episodes)),
    )[call]
    stamp = Stamps(span, mess)
    home, elsewhere = seen.postcode, rng.random(size) < 0.15
    reference = words(
        [f"{e}-{v}{'B' if p == 2 else ''}" for e, v, p in zip(event, rows["vehicle"], rows["patient"], strict=True)]
    )
    hospital = words([site for _, site in services["hospitals"]])[rows["who"].to_numpy() % len(services["hospitals"])]
    return texts(
        {
            "Incident No": event,
            "Resource Ref": reference,
            "Callsign": np.where(sent, words([f"GW{k}" for k in rng.integers(100, 480, size)]), ""),
            "T0 Call Start": stamp.write(at, at),
            "T2 Allocated": np.where(sent, stamp.write(allocated, at), ""),
            "T4 Arrived Scene": np.where(arrived, stamp.write(scene, at), ""),
            "T7 Clear": np.where(sent, stamp.write(scene + clock.minutes(rng, size, 15, 160), at), ""),
            "Patient NHS No": seen.nhs,
            "Family Name": upper(seen.family, seen.style < 0.7),
            "Given Name": _given(seen),
            "Date Of Birth": stamps(seen.dob, "%Y-%m-%d"),
            "Age Yrs": np.where(seen.age != "", seen.age, ""),
            "Gender": np.select([seen.sex == "F", seen.sex == "M"], ["Female", "Male"], "Unknown").astype(object),
            "Scene Address": np.where(elsewhere, "High Street", seen.address),
            "Scene Postcode": np.where(elsewhere | (home == NOT_KNOWN), "", home),
            "Patient Postcode": np.where(rng.random(size) < 0.12, "", home),
            "AMPDS Determinant": card,
            "Response Category": choose(rng, ["Cat 1", "Cat 2", "Cat 3", "Cat 4", "Cat 5"], size, [1, 6, 3, 1, 2]),
            "Disposition": outcome,
            "Receiving Unit": np.where(outcome == "Conveyed", hospital, ""),
            "Police Attended": np.where(episodes.police[call], "Y", "N"),
        }
    )


def _given(seen: Described) -> Words:
    both = (seen.middle != "") & (seen.style > 0.8)
    return upper(np.where(both, seen.given + " " + seen.middle, seen.given).astype(object), seen.style < 0.7)


class Stamps:
    """How the control system writes times: local with offset until an upgrade half way, UTC with Z after."""

    def __init__(self, span: Span, mess: Counter[str]) -> None:
        self.upgrade = np.datetime64((span.first + span.months // 2).start, "s") + np.timedelta64(12 * 3600 * 9, "s")
        self.mess = mess

    def write(self, moments: Times, call: Times) -> Words:
        """ISO 8601 text; the time of the call decides which style."""
        old = call < self.upgrade
        offset = stamps(clock.zoned(moments), "%Y-%m-%dT%H:%M:%S%:z")
        utc = stamps(moments, "%Y-%m-%dT%H:%M:%SZ")
        self.mess["local_with_offset"] += int(old.sum())
        self.mess["utc"] += int((~old).sum())
        return np.where(old, offset, utc).astype(object)
