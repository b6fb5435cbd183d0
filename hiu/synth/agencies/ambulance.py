"""The ambulance extract: one row for each vehicle (or none) and patient of each incident."""

from collections import Counter

import numpy as np
import polars as pl

from hiu.synth import clock
from hiu.synth.agencies.extracts import Extract, Span, System, stamps, texts, truth, upper
from hiu.synth.clock import Times
from hiu.synth.lists import Generator, Ints, Words, blank, choose, read, within, words
from hiu.synth.people.clerk import Descriptions
from hiu.synth.people.episodes import Episodes
from hiu.synth.people.places import NOT_KNOWN

UNREADABLE = "extra_separator"
"""Rows whose free text holds the delimiter: one cell too many, so nothing in them can be trusted."""
OUTCOMES = {"See and Treat": 0.47, "Stood Down": 0.1, "No Patient Found": 0.04, "Hoax": 0.01}


def make_ambulance(system: System) -> tuple[Extract, Words]:
    """The extract, and the incident number of every episode that has one (else empty)."""
    episodes = system.episodes
    calls = np.flatnonzero(episodes.ambulance & system.span.inside(episodes.at))
    number = blank(len(episodes))
    number[calls] = words([f"{7_000_000 + k}" for k in range(len(calls))])
    rows = _second_patients(system, _vehicles(system.rng, episodes, calls))
    return system.again(_extract(system, rows, number), 0.004, "ambulance_row_sent_again"), number


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


def _second_patients(system: System, rows: pl.DataFrame) -> pl.DataFrame:
    """With a second patient, of the same household or beside it, in some incidents."""
    people = len(system.clerks[0].people)
    at_scene = rows["outcome"].is_in(["See and Treat"]).to_numpy() & (rows["vehicle"] == 1).to_numpy()
    second = rows.filter(pl.Series(at_scene & (system.rng.random(len(rows)) < 0.008)))
    second = second.with_columns(who=(pl.col("who") + 1) % people, patient=pl.lit(2, dtype=rows["patient"].dtype))
    system.mess["two_patients"] += len(second)
    return pl.concat([rows, second]).sort("call", "patient", "vehicle")


def _extract(system: System, rows: pl.DataFrame, number: Words) -> Extract:
    rng, episodes = system.rng, system.episodes
    call, who, outcome = rows["call"].to_numpy(), rows["who"].to_numpy(), words(rows["outcome"].to_list())
    at, size = episodes.at[call], len(rows)
    seen = system.describe(who, at)
    nobody = rng.random(len(episodes)) < np.where(episodes.ed, 0.01, 0.1)
    unknown = nobody[call] | within(outcome, ["Hoax"])
    names = ["UNKNOWN", "PT REFUSED DETAILS", "NOT KNOWN", "UNK MALE", ""]
    seen.forget(unknown, choose(rng, names, size))
    system.mess["unknown_patient"] += int(unknown.sum())
    month, event = np.clip(system.span.index(episodes.at), 0, system.span.months - 1), number[call]
    deliver = system.late(month, 0.015, "ambulance_late")[call]
    arrived = within(outcome, ["See and Treat", "Conveyed"])
    facts = truth(seen, arrived, event=event, who=who, at=at, deliver=deliver, month=month[call])
    extract = Extract("ambulance", _texts(system, rows, seen, at, outcome, event), facts)
    vehicle, patient = rows["vehicle"].to_numpy(), rows["patient"].to_numpy()
    lone = (vehicle == 1) & (patient == 1) & ~within(event, event[vehicle > 1]) & ~episodes.ed[call]
    bad_times = ["2025-13-45T99:00:00Z", "unknown", None]
    extract = system.spoil(extract, lone, "T0 Call Start", bad_times, 0.0008, "bad_ambulance_time")
    lone &= extract.truth["planted"].is_null().to_numpy()
    extract = system.spoil(extract, lone, "Scene Address", ["4 High Street | rear entrance"], 0.0005, UNREADABLE)
    readable = pl.col("planted").ne_missing(UNREADABLE)
    unread = pl.when(readable).then("evidence").otherwise(pl.lit("none"))
    extract.truth = extract.truth.with_columns(linkable=pl.col("linkable") & readable, evidence=unread)
    return extract


def _texts(
    system: System, rows: pl.DataFrame, seen: Descriptions, at: Times, outcome: Words, event: Words
) -> pl.DataFrame:
    rng, episodes = system.rng, system.episodes
    codes, sites = read("area.toml")["codes"], read("area.toml")["services"]["hospitals"]
    size, call = len(rows), rows["call"].to_numpy()
    sent = outcome != "Hear and Treat"
    arrived = sent & (outcome != "Stood Down")
    allocated = at + clock.minutes(rng, size, 1, 25)
    scene = allocated + clock.minutes(rng, size, 4, 45)
    cards = (choose(rng, codes[f"{kind}_ampds"], len(episodes)) for kind in ("crisis", "other"))
    card = np.where(episodes.crisis, *cards)[call]
    stamp = Stamps(system.span, system.mess)
    home, elsewhere = seen.postcode, rng.random(size) < 0.15
    reference = words(
        [f"{e}-{v}{'B' if p == 2 else ''}" for e, v, p in zip(event, rows["vehicle"], rows["patient"], strict=True)]
    )
    hospital = words([site for _, site in sites])[rows["who"].to_numpy() % len(sites)]
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
            "Age Yrs": seen.age,
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


def _given(seen: Descriptions) -> Words:
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
