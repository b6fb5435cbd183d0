"""The police extract: one row for each person on each incident log, from a command and control system."""

from collections import Counter

import numpy as np
import polars as pl

from hiu.synth import clock
from hiu.synth.agencies.extracts import Extract, Span, again, detentions, late, spoil, stamps, texts, truth
from hiu.synth.agencies.party import births, party_names, sexes
from hiu.synth.clock import Times
from hiu.synth.lists import Flags, Generator, Ints, Words, blank, choose, read, some, within, words
from hiu.synth.people.described import Clerk, Described
from hiu.synth.people.episodes import Episodes
from hiu.synth.people.people import People
from hiu.synth.people.slips import Slips

SLIPS = Slips(
    typo=0.03,
    nickname=0.3,
    aka=0.06,
    alias=0.5,
    maiden=0.12,
    dob_missing=0.2,
    age_only=0.12,
    dob_placeholder=0.03,
    nhs_missing=1,
    nhs_other=0,
    nhs_typo=0,
    nhs_repeated=0,
    initial=0.02,
    family_only=0.015,
    id_missing=0.28,
    address_missing=0.25,
    postcode_missing=0.2,
    postcode_part=0.08,
)
ROLES = {"Concern For": 0.5, "Informant": 0.2, "Aggrieved": 0.1, "Suspect": 0.1, "Misper": 0.06, "": 0.04}
OTHERS = {"Informant": 0.35, "Witness": 0.4, "Aggrieved": 0.15, "Suspect": 0.1}


def make_police(
    rng: Generator, episodes: Episodes, people: People, clerk: Clerk, span: Span, mess: Counter[str]
) -> tuple[Extract, Words]:
    """The extract, and the log reference of every episode that has one (else empty)."""
    calls = np.flatnonzero(episodes.police & span.inside(episodes.at))
    reference = blank(len(episodes))
    reference[calls] = urns(episodes.at[calls])
    rows = _parties(rng, episodes, calls, len(people))
    rows = _duplicates(rng, rows, episodes, reference, mess)
    extract = _written(rng, rows, episodes, clerk, span, mess)
    return again(rng, extract, 0.012, span, mess, "police_row_sent_again"), reference


def urns(at: Times, prefix: str = "GS") -> Words:
    """References numbered within each local day, in order of time."""
    frame = pl.DataFrame({"day": clock.to_local(at).astype("datetime64[D]"), "at": at.astype("datetime64[us]")})
    number = pl.col("at").rank("ordinal").over("day")
    made = pl.format(
        "{}-{}-{}", pl.lit(prefix), pl.col("day").dt.strftime("%Y%m%d"), number.cast(pl.String).str.zfill(4)
    )
    return np.asarray(frame.select(made).to_series().to_numpy(), dtype=object)


def _parties(rng: Generator, episodes: Episodes, calls: Ints, people: int) -> pl.DataFrame:
    """Rows of the person concerned, then of others on the log: mostly of the same household, else anybody."""
    roles = choose(rng, list(ROLES), len(calls), list(ROLES.values()))
    roles[episodes.s136[calls]] = "Concern For"
    made = [pl.DataFrame({"call": calls, "who": episodes.who[calls], "party": 1, "role": roles.tolist()})]
    for party, part in ((2, 0.24), (3, 0.02)):
        on = calls[rng.random(len(calls)) < part]
        near = (episodes.who[on] + rng.choice([-1, 1, 2], len(on))) % people
        other = np.where(rng.random(len(on)) < 0.5, near, rng.integers(people, size=len(on)))
        other = np.where(rng.random(len(on)) < 0.08, episodes.who[on], other)
        made.append(
            pl.DataFrame(
                {
                    "call": on,
                    "who": other,
                    "party": party,
                    "role": choose(rng, list(OTHERS), len(on), list(OTHERS.values())).tolist(),
                }
            )
        )
    return pl.concat(made).with_columns(urn=pl.lit(""), parent=pl.lit(""), minutes=pl.lit(0)).sort("call", "party")


def _duplicates(
    rng: Generator, rows: pl.DataFrame, episodes: Episodes, reference: Words, mess: Counter[str]
) -> pl.DataFrame:
    """With second logs opened minutes later for some incidents and closed as duplicates of the first."""
    call = rows["call"].to_numpy()
    rows = rows.with_columns(pl.Series("urn", reference[call].tolist()))
    first = (rows["party"] == 1).to_numpy() & (rng.random(len(rows)) < 0.018)
    gap = rng.integers(1, 25, int(first.sum()))
    moment = clock.to_local(episodes.at[call[first]])
    same = moment.astype("datetime64[M]") == (moment + gap.astype("timedelta64[m]")).astype("datetime64[M]")
    copy = (
        rows.filter(pl.Series(first))
        .with_columns(minutes=pl.Series(gap.astype(np.int32)), parent=pl.col("urn"))
        .filter(pl.Series(same))
    )
    copy = copy.with_columns(urn=pl.col("urn").str.replace("GS-", "GD-"))
    mess["duplicate_log"] += len(copy)
    return pl.concat([rows, copy], how="vertical_relaxed")


def _written(
    rng: Generator, rows: pl.DataFrame, episodes: Episodes, clerk: Clerk, span: Span, mess: Counter[str]
) -> Extract:
    call, who = rows["call"].to_numpy(), rows["who"].to_numpy()
    at = episodes.at[call] + rows["minutes"].to_numpy().astype("timedelta64[m]").astype("timedelta64[s]")
    role, parent, urn = (words(rows[name].to_list()) for name in ("role", "parent", "urn"))
    seen = clerk.describe(who, clock.to_local(at).astype("datetime64[D]"))
    unknown = some(rng, ~episodes.s136[call] & (parent == ""), 0.016)
    seen.forget(unknown, choose(rng, read("area.toml")["codes"]["unknown"], len(who)))
    mess["unknown_person"] += int(unknown.sum())
    month = span.index(episodes.at[call])
    own_month = np.clip(span.index(episodes.at), 0, span.months - 1)
    deliver = late(rng, own_month, span, 0.02, mess, "police_late")[call]
    counts = role != "Witness"
    facts = truth(
        seen,
        who=who,
        at=at,
        deliver=deliver,
        event=urn,
        month=month,
        counted=counts,
        low=within(role, ["Concern For"]) & (parent == ""),
        high=np.ones(len(who), dtype=bool),
        key=np.where(parent == "", urn, parent),
    )
    extract = Extract("police", _texts(rng, rows, episodes, seen, at, role, urn, parent, mess), facts)
    flagged = extract.text["S136 Used"].to_numpy() == "Yes"
    extract.truth = extract.truth.with_columns(detention=detentions(call, flagged & (parent == "")))
    plain = (parent == "") & ~within(urn, parent) & ~episodes.s136[call]
    return spoil(rng, extract, plain, "Logged At", ["31-Feb-2025 10:15", "??", None], 0.0008, "bad_police_time", mess)


def _texts(
    rng: Generator,
    rows: pl.DataFrame,
    episodes: Episodes,
    seen: Described,
    at: Times,
    role: Words,
    urn: Words,
    parent: Words,
    mess: Counter[str],
) -> pl.DataFrame:
    codes, size, call = read("area.toml")["codes"], len(rows), rows["call"].to_numpy()
    local = clock.to_local(at)
    incident = _per_call(rng, call, episodes.crisis, codes)
    crisis = episodes.crisis[call]
    tag = np.where(some(rng, crisis, 0.4), choose(rng, codes["tags"], size), "")
    s136 = np.where(
        episodes.s136_police[call] & (rows["party"].to_numpy() == 1), "Yes", np.where(rng.random(size) < 0.5, "No", "")
    )
    closed = np.where(parent != "", "Duplicate Log", choose(rng, codes["disposals"], len(episodes))[call])
    further = np.where(
        parent != "", parent, np.where(rng.random(size) < 0.25, choose(rng, codes["disposals"], size), "")
    )
    mess["s136_flag"] += int((s136 == "Yes").sum())
    return texts(
        {
            "Incident URN": urn,
            "Party No": words([str(n) for n in rows["party"].to_list()]),
            "Logged At": stamps(local, "%d-%b-%Y %H:%M"),
            "Local Policing Area": choose(rng, read("area.toml")["services"]["police_areas"], len(episodes))[call],
            "Incident Type": incident,
            "Response Grade": choose(
                rng, ["Immediate", "Priority", "Scheduled", "Resolved by Phone"], len(episodes), [2, 4, 3, 1]
            )[call],
            "Involvement": role,
            "Party Name": party_names(seen, mess),
            "Date of Birth": births(seen, mess),
            "Approx Age": seen.age,
            "Gender": sexes(seen),
            "Party Address": seen.address,
            "Post Code": np.where(seen.address == "NFA", "NFA", seen.postcode),
            "Person Record": seen.local_id,
            "Disposal 1": closed,
            "Disposal 2": further,
            "Tags": tag,
            "S136 Used": s136,
            "Summary": np.where(rng.random(size) < 0.3, choose(rng, codes["notes"], size), ""),
        }
    )


def _per_call(rng: Generator, call: Ints, crisis: Flags, codes: dict[str, list[str]]) -> Words:
    kinds = np.where(
        some(rng, crisis, 0.85),
        choose(rng, codes["crisis_calls"], len(crisis)),
        choose(rng, codes["other_calls"], len(crisis)),
    )
    return kinds[call].astype(object)
