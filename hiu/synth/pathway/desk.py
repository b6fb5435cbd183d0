"""The control-room desk: logs that a link officer looked at, most of them police incidents too, and referrals.

Rows keep to the procedure, but for those that are planted: the truth names each planted row and its rule. A planted row
breaks one rule only, and what is left blank is not known, so the planted are all there is to find.
"""

import numpy as np
import polars as pl

from hiu.synth import clock
from hiu.synth.agencies.extracts import System, texts
from hiu.synth.agencies.party import births, party_names, sexes
from hiu.synth.clock import Times
from hiu.synth.lists import Flags, Generator, Words, blank, choose, some, within, words
from hiu.synth.pathway.drops import Ground, Sent, local

CALLS = {"Concern for welfare": 5, "Suicidal": 3, "Misper": 2, "Assist other services": 1.5, "Other": 1}
AREAS = {"Bristol": 5, "BaNES": 2, "North Somerset": 2, "Somerset": 4, "South Gloucestershire": 3, "Outside": 1}
PURPOSES = {"present": 5, "mitigated": 2, "absent": 2, "unknown": 1}
OUTCOMES = ["Advice given", "Passed to ambulance", "Crisis team informed", "Safe and well"]
REQUESTS = {
    "link_officer_to_desk": ["MHRV", "Safety plan", "Information", "Urgent assessment", "S136 advice"],
    "desk_to_link_officer": ["Police attendance", "Options", "Information"],
}
PLANTED = ("closed_without_outcome", "closed_without_rationale")
PLANTED_REFERRAL = (
    "accepted_out_of_scope",
    "accepted_without_record",
    "shared_without_rationale",
    "declined_record_opened",
    "s136_advice_unregistered",
)


def make_desk(ground: Ground) -> tuple[Sent, Sent]:
    """The desk's logs, and the referrals, of the months of the area."""
    system = ground.system(20, "police")
    logs = _logs(ground, system)
    return _desk(system, logs), _referrals(system, logs)


def _logs(ground: Ground, system: System) -> pl.DataFrame:
    """What is true of each log: episode, who, moment, month, number, the police's number if it is one, its scope."""
    rng, episodes = system.rng, ground.episodes
    inside = ground.span.inside(episodes.at)
    looked = np.flatnonzero(inside & (some(rng, episodes.police & episodes.crisis, 0.9) | some(rng, inside, 0.25)))
    is_police = (ground.urn[looked] != "") & episodes.police[looked]
    at = episodes.at[looked] + rng.integers(0, 6, len(looked)).astype("timedelta64[m]").astype("timedelta64[s]")
    same = ground.span.index(at) == ground.span.index(episodes.at[looked])
    at = np.where(same, at, episodes.at[looked])
    size = len(looked)
    number = words([f"D{place:06}" for place in range(1, size + 1)])
    urn = np.where(is_police, ground.urn[looked], "").astype(object)
    own = some(rng, is_police, 0.25)  # the police's own log is what the desk looks at
    return pl.DataFrame(
        {
            "who": episodes.who[looked],
            "at": at.astype("datetime64[us]"),
            "month": ground.span.index(at),
            "log_id": np.where(own, urn, number).tolist(),
            "incident": pl.Series([text or None for text in urn], dtype=pl.String),
            "area": choose(rng, list(AREAS), size, list(AREAS.values())).tolist(),
            "mh": choose(rng, ["Y", "N", ""], size, [8, 1, 1]).tolist(),
            "risk": choose(rng, ["Yes", "No", ""], size, [6, 3, 1]).tolist(),
            "consent": choose(rng, ["Yes", "No", "unknown"], size, [5, 3, 2]).tolist(),
            "purpose": choose(rng, list(PURPOSES), size, list(PURPOSES.values())).tolist(),
        }
    )


def _desk(system: System, logs: pl.DataFrame) -> Sent:
    rng, size = system.rng, len(logs)
    at: Times = logs["at"].to_numpy().astype("datetime64[s]")
    seen = system.describe(logs["who"].to_numpy(), at)
    closed, health = _after(rng, at, 20, 400, 0.97), _after(rng, at, 5, 120, 0.7)
    is_closed = ~np.isnat(closed)
    deployed = choose(rng, ["Yes", "No", ""], size, [4, 5, 1])
    attended = np.where(
        deployed == "Yes", choose(rng, ["Yes", "No"], size, [9, 1]), np.where(deployed == "No", "No", "")
    )
    outcome, why = choose(rng, OUTCOMES, size), choose(rng, ["Yes", ""], size, [9, 1])
    planted = _plant(rng, is_closed, PLANTED, 0.02)
    outcome = np.where(planted == PLANTED[0], "", outcome)
    why = np.where(planted == PLANTED[1], "No", why)
    text = texts(
        {
            "Log number": words(logs["log_id"].to_list()),
            "Opened at": local(at),
            "Closed at": local(closed),
            "Call type": choose(rng, list(CALLS), size, list(CALLS.values())),
            **{name: words(logs[column].to_list()) for name, column in _SCOPE.items()},
            "Outcome": outcome.astype(object),
            "Agency to": choose(rng, ["Ambulance", "Mental health trust", "GP", "None"], size),
            "Deployed": deployed,
            "Attended": attended.astype(object),
            "MHRV used": choose(rng, ["Y", "N", ""], size, [2, 7, 1]),
            "Health staff contacted at": local(health),
            "Disagreement": choose(rng, ["No", "Yes"], size, [19, 1]),
            "Rationale recorded": why.astype(object),
            "Police log": _quoted(rng, logs),
            "Name": party_names(seen, system.mess),
            "DOB": births(seen, system.mess),
            "Sex": sexes(seen),
            "Postcode": np.where(seen.address == "NFA", "", seen.postcode),
            "Nominal ID": seen.local_id,
        }
    )
    truth = logs.select("log_id", "incident", "who", month="month").with_columns(
        planted=pl.Series([code or None for code in planted], dtype=pl.String)
    )
    again = some(rng, logs["month"].to_numpy() < system.span.months - 1, 0.01)
    twice = pl.concat([text, text.filter(pl.Series(again))])
    deliver = pl.concat([logs["month"], logs.filter(pl.Series(again))["month"] + 1])
    return Sent(source="desk", text=twice, deliver=deliver, truth={"desk_logs": truth})


_SCOPE = {
    "Area": "area",
    "MH related": "mh",
    "Policing purpose": "purpose",
    "Risk evident": "risk",
    "Consent": "consent",
}


def _referrals(system: System, logs: pl.DataFrame) -> Sent:
    rng = system.rng
    own = logs.filter(pl.Series(rng.random(len(logs)) < 0.5))
    size = len(own)
    to_desk = rng.random(size) < 0.7
    direction = np.where(to_desk, "link_officer_to_desk", "desk_to_link_officer")
    request = words([str(rng.choice(REQUESTS[way])) for way in direction])
    at: Times = own["at"].to_numpy().astype("datetime64[s]")
    asked = at + clock.minutes(rng, size, 3, 30)
    out, whole = _scope(own, to_desk)
    accepted = ~out & (rng.random(size) < np.where(whole, 0.9, 0.7))
    unanswered = some(rng, ~out, 0.05)
    accepted &= ~unanswered
    planted = blank(size)
    for code, among, part in (
        (PLANTED_REFERRAL[0], out, 0.06),
        (PLANTED_REFERRAL[1], accepted, 0.02),
        (PLANTED_REFERRAL[2], accepted, 0.02),
        (PLANTED_REFERRAL[3], ~accepted & ~unanswered, 0.06),
        (PLANTED_REFERRAL[4], accepted & (request == "S136 advice"), 0.1),
    ):
        chosen = some(rng, among & (planted == ""), part)
        planted[chosen] = code
    accepted |= planted == PLANTED_REFERRAL[0]
    recorded = accepted & (planted != PLANTED_REFERRAL[1])
    made = np.where(recorded, asked + clock.minutes(rng, size, 10, 240), np.datetime64("NaT"))
    answered = np.where(unanswered, np.datetime64("NaT"), asked + clock.minutes(rng, size, 2, 60))
    opened = np.where(
        planted == PLANTED_REFERRAL[3], "Yes", np.where(recorded, choose(rng, ["No", "Yes"], size, [3, 1]), "No")
    )
    number = words([f"R{place:06}" for place in range(1, size + 1)])
    text = texts(
        {
            "Referral no": number,
            "Log number": words(own["log_id"].to_list()),
            "Direction": direction.astype(object),
            "Request": request,
            "Asked at": local(asked),
            "Answered at": local(answered),
            "Accepted": np.where(unanswered, "", np.where(accepted, "Accepted", "Declined")).astype(object),
            "Reason": np.where(
                unanswered,
                "",
                np.where(accepted, "Clear need", choose(rng, ["Out of area", "No capacity", "No clear need"], size)),
            ).astype(object),
            "Adviser registered": np.where(
                planted == PLANTED_REFERRAL[4], "No", np.where(request == "S136 advice", "Yes", "")
            ).astype(object),
            "RiO record made at": local(made),
            "New record opened": opened.astype(object),
            "Information shared": np.where(accepted, "Yes", "No").astype(object),
            "Sharing rationale": np.where(planted == PLANTED_REFERRAL[2], "No", np.where(accepted, "Yes", "")).astype(
                object
            ),
        }
    )
    purpose, mh, risk = (words(own[name].to_list()) for name in ("purpose", "mh", "risk"))
    shared = accepted & (planted != PLANTED_REFERRAL[2])
    whole |= ~to_desk & (purpose == "present") & (mh == "Y") & (risk == "Yes") & shared
    state = np.where(out, "out", np.where(whole, "in", "unknown"))
    truth = pl.DataFrame(
        {
            "referral_id": number.tolist(),
            "log_id": own["log_id"],
            "scope": state.tolist(),
            "planted": pl.Series([code or None for code in planted], dtype=pl.String),
        }
    )
    return Sent(source="referral", text=text, deliver=own["month"], truth={"desk_referrals": truth})


def _scope(logs: pl.DataFrame, to_desk: Flags) -> tuple[Flags, Flags]:
    """Which referrals are out of scope, and which are shown to be in, by what their log says."""
    area, mh, risk, consent, purpose = (
        words(logs[name].to_list()) for name in ("area", "mh", "risk", "consent", "purpose")
    )
    neither = (risk == "No") & (consent == "No")
    out_desk = (area == "Outside") | (mh == "N") | neither
    in_desk = (area != "Outside") & (mh == "Y") & ((risk == "Yes") | (consent == "Yes"))
    out_officer = within(purpose, ["absent", "mitigated"]) | (mh == "N") | (risk == "No")
    return np.where(to_desk, out_desk, out_officer), np.where(to_desk, in_desk, False)


def _after(rng: Generator, at: Times, low: int, high: int, part: float) -> Times:
    """A moment some minutes later, of a random part; NaT of the others."""
    return np.where(rng.random(len(at)) < part, at + clock.minutes(rng, len(at), low, high), np.datetime64("NaT"))


def _plant(rng: Generator, among: Flags, codes: tuple[str, ...], part: float) -> Words:
    """A code for a random part of those flagged, else empty."""
    out = blank(len(among))
    for code in codes:
        out[some(rng, among & (out == ""), part)] = code
    return out


def _quoted(rng: Generator, logs: pl.DataFrame) -> Words:
    """The police's number as the desk wrote it down, mostly: as it is, in small letters, or not at all."""
    number = words(logs["incident"].fill_null("").to_list())
    style = rng.random(len(number))
    lower = words([text.lower().replace("-", " ") for text in number])
    return np.where(style < 0.8, number, np.where(style < 0.95, lower, "")).astype(object)
