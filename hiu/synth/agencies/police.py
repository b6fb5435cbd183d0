"""The police extract: one row for each person on each incident log, from a command and control system."""

import numpy as np
import polars as pl

from hiu.synth import clock
from hiu.synth.agencies.extracts import Extract, System, detentions, stamps, texts, truth
from hiu.synth.agencies.party import births, party_names, sexes
from hiu.synth.clock import Times
from hiu.synth.lists import Ints, Words, blank, choose, mostly, read, some, within, words
from hiu.synth.people.clerk import Descriptions

ROLES = {"Concern For": 0.5, "Informant": 0.2, "Aggrieved": 0.1, "Suspect": 0.1, "Misper": 0.06, "": 0.04}
OTHERS = {"Informant": 0.35, "Witness": 0.4, "Aggrieved": 0.15, "Suspect": 0.1}


def make_police(system: System) -> tuple[Extract, Words]:
    """The extract, and the log reference of every episode that has one (else empty)."""
    episodes = system.episodes
    calls = np.flatnonzero(episodes.police & system.span.inside(episodes.at))
    reference = blank(len(episodes))
    reference[calls] = urns(episodes.at[calls])
    rows = _duplicates(system, _parties(system, calls), reference)
    return system.again(_extract(system, rows), 0.012, "police_row_sent_again"), reference


def urns(at: Times, prefix: str = "GS") -> Words:
    """References numbered within each local day, in order of time."""
    frame = pl.DataFrame({"day": clock.to_local(at).astype("datetime64[D]"), "at": at.astype("datetime64[us]")})
    number = pl.col("at").rank("ordinal").over("day")
    made = pl.format(
        "{}-{}-{}", pl.lit(prefix), pl.col("day").dt.strftime("%Y%m%d"), number.cast(pl.String).str.zfill(4)
    )
    return np.asarray(frame.select(made).to_series().to_numpy(), dtype=object)


def _parties(system: System, calls: Ints) -> pl.DataFrame:
    """Rows of the person concerned, then of others on the log: mostly of the same household, else anybody."""
    rng, episodes, people = system.rng, system.episodes, len(system.clerks[0].people)
    roles = choose(rng, list(ROLES), len(calls), list(ROLES.values()))
    roles[episodes.s136[calls]] = "Concern For"
    made = [pl.DataFrame({"call": calls, "who": episodes.who[calls], "party": 1, "role": roles.tolist()})]
    for party, part in ((2, 0.24), (3, 0.02)):
        on = calls[rng.random(len(calls)) < part]
        near = (episodes.who[on] + rng.choice([-1, 1, 2], len(on))) % people
        other = np.where(rng.random(len(on)) < 0.5, near, rng.integers(people, size=len(on)))
        other = np.where(rng.random(len(on)) < 0.08, episodes.who[on], other)
        role = choose(rng, list(OTHERS), len(on), list(OTHERS.values()))
        made.append(pl.DataFrame({"call": on, "who": other, "party": party, "role": role.tolist()}))
    return pl.concat(made).with_columns(urn=pl.lit(""), parent=pl.lit(""), minutes=pl.lit(0)).sort("call", "party")


def _duplicates(system: System, rows: pl.DataFrame, reference: Words) -> pl.DataFrame:
    """With second logs opened minutes later for some incidents and closed as duplicates of the first."""
    rng, call = system.rng, rows["call"].to_numpy()
    rows = rows.with_columns(pl.Series("urn", reference[call].tolist()))
    first = (rows["party"] == 1).to_numpy() & (rng.random(len(rows)) < 0.018)
    gap = rng.integers(1, 25, int(first.sum()))
    moment = clock.to_local(system.episodes.at[call[first]])
    same = moment.astype("datetime64[M]") == (moment + gap.astype("timedelta64[m]")).astype("datetime64[M]")
    copy = rows.filter(pl.Series(first)).with_columns(minutes=pl.Series(gap.astype(np.int32)), parent=pl.col("urn"))
    copy = copy.filter(pl.Series(same)).with_columns(urn=pl.col("urn").str.replace("GS-", "GD-"))
    system.mess["duplicate_log"] += len(copy)
    return pl.concat([rows, copy], how="vertical_relaxed")


def _extract(system: System, rows: pl.DataFrame) -> Extract:
    rng, span, episodes = system.rng, system.span, system.episodes
    call, who = rows["call"].to_numpy(), rows["who"].to_numpy()
    at = episodes.at[call] + rows["minutes"].to_numpy().astype("timedelta64[m]").astype("timedelta64[s]")
    role, parent, urn = (words(rows[name].to_list()) for name in ("role", "parent", "urn"))
    seen = system.describe(who, at)
    unknown = some(rng, ~episodes.s136[call] & (parent == ""), 0.016)
    seen.forget(unknown, choose(rng, read("area.toml")["codes"]["unknown"], len(who)))
    system.mess["unknown_person"] += int(unknown.sum())
    month = span.index(episodes.at[call])
    own_month = np.clip(span.index(episodes.at), 0, span.months - 1)
    deliver = system.late(own_month, 0.02, "police_late")[call]
    low, key = within(role, ["Concern For"]) & (parent == ""), np.where(parent == "", urn, parent)
    facts = truth(seen, role != "Witness", low, event=urn, key=key, who=who, at=at, deliver=deliver, month=month)
    extract = Extract("police", _texts(system, rows, seen, at, role, urn, parent), facts)
    flagged = extract.text["S136 Used"].to_numpy() == "Yes"
    extract.truth = extract.truth.with_columns(detention=detentions(call, flagged & (parent == "")))
    plain = (parent == "") & ~within(urn, parent) & ~episodes.s136[call]
    return system.spoil(extract, plain, "Logged At", ["31-Feb-2025 10:15", "??", None], 0.0008, "bad_police_time")


def _texts(
    system: System, rows: pl.DataFrame, seen: Descriptions, at: Times, role: Words, urn: Words, parent: Words
) -> pl.DataFrame:
    rng, episodes, mess = system.rng, system.episodes, system.mess
    codes, size, call = read("area.toml")["codes"], len(rows), rows["call"].to_numpy()
    areas = read("area.toml")["services"]["police_areas"]
    grades = ["Immediate", "Priority", "Scheduled", "Resolved by Phone"]
    incident = mostly(rng, episodes.crisis, codes["crisis_calls"], codes["other_calls"])[call]
    crisis = episodes.crisis[call]
    tag = np.where(some(rng, crisis, 0.4), choose(rng, codes["tags"], size), "")
    flagged = episodes.s136_police[call] & (rows["party"].to_numpy() == 1)
    s136 = np.where(flagged, "Yes", np.where(rng.random(size) < 0.5, "No", ""))
    closed = np.where(parent != "", "Duplicate Log", choose(rng, codes["disposals"], len(episodes))[call])
    second = np.where(rng.random(size) < 0.25, choose(rng, codes["disposals"], size), "")
    mess["s136_flag"] += int((s136 == "Yes").sum())
    return texts(
        {
            "Incident URN": urn,
            "Party No": words([str(n) for n in rows["party"].to_list()]),
            "Logged At": stamps(clock.to_local(at), "%d-%b-%Y %H:%M"),
            "Local Policing Area": choose(rng, areas, len(episodes))[call],
            "Incident Type": incident,
            "Response Grade": choose(rng, grades, len(episodes), [2, 4, 3, 1])[call],
            "Involvement": role,
            "Party Name": party_names(seen, mess),
            "Date of Birth": births(seen, mess),
            "Approx Age": seen.age,
            "Gender": sexes(seen),
            "Party Address": seen.address,
            "Post Code": np.where(seen.address == "NFA", "NFA", seen.postcode),
            "Person Record": seen.local_id,
            "Disposal 1": closed,
            "Disposal 2": np.where(parent != "", parent, second),
            "Tags": tag,
            "S136 Used": s136,
            "Summary": np.where(rng.random(size) < 0.3, choose(rng, codes["notes"], size), ""),
        }
    )
