"""Offers short of detention: contacts of triage cars, cafes and lines with people in a crisis that the police attended.

What is true of a contact is drawn first; what is left blank is not known. The planted contradict themselves, each in
one way, and nothing else does. An offer changes nothing of what happens afterwards.
"""

import numpy as np
import polars as pl

from hiu.synth import clock
from hiu.synth.agencies.extracts import texts
from hiu.synth.agencies.party import births
from hiu.synth.lists import blank, choose, some, words
from hiu.synth.pathway.drops import Ground, Sent, local

SERVICES = {"CAT car": 3, "Street triage": 5, "Safe haven": 2, "Crisis line": 2, "Signposting": 2, "Other": 1, "": 1}
CODES = {
    "CAT car": "triage_car",
    "Street triage": "street_triage",
    "Safe haven": "crisis_cafe",
    "Crisis line": "advice_line",
    "Signposting": "signpost",
    "Other": "other",
}
"""What a sender writes -> what it means."""
PART = 0.35
"""Of crises that the police attend, those that such a service is called to."""
MAY_BE = ["Yes", "No", ""]
TRUE = {"Yes": "yes", "No": "no", "": "unknown"}


def make_offers(ground: Ground) -> Sent:
    """The services' contacts of the months of the area, some of them sent again in the next month."""
    system = ground.system(26, "sections")
    rng, span, episodes = system.rng, ground.span, ground.episodes
    at = np.flatnonzero(some(rng, episodes.police & episodes.crisis, PART))
    when = episodes.at[at] + clock.minutes(rng, len(at), 20, 90)
    at, when = at[span.inside(when)], when[span.inside(when)]
    size, month, who = len(at), span.index(when), episodes.who[at]
    offered = choose(rng, MAY_BE, size, [17, 2, 1])
    taken = np.where(offered == "Yes", choose(rng, MAY_BE, size, [11, 7, 2]), np.where(offered == "No", "No", ""))
    considered = choose(rng, MAY_BE, size, [6, 12, 2])
    used = np.where(considered == "Yes", choose(rng, MAY_BE, size, [3, 6, 1]), np.where(considered == "No", "No", ""))
    service = choose(rng, list(SERVICES), size, list(SERVICES.values()))
    planted = blank(size)
    planted[some(rng, offered == "No", 0.15)] = "taken_not_offered"
    planted[some(rng, (considered == "No") & (planted == ""), 0.03)] = "used_not_considered"
    number = words([f"F{place:06}" for place in range(1, size + 1)])
    seen = system.describe(who, when)
    text = texts(
        {
            "Contact no": number,
            "Contact at": local(when),
            "Service": service,
            "Offered": offered,
            "Taken up": np.where(planted == "taken_not_offered", "Yes", taken).astype(object),
            "S136 considered": considered,
            "S136 used": np.where(planted == "used_not_considered", "Yes", used).astype(object),
            "Referred on": choose(rng, MAY_BE, size, [6, 12, 2]),
            "Time at scene": words([str(n) for n in rng.integers(10, 120, size)]),
            "NHS number": seen.nhs,
            "Surname": seen.family,
            "Forename": seen.given,
            "DOB": births(seen, system.mess),
            "Postcode": np.where(seen.address == "NFA", "", seen.postcode).astype(object),
            "RiO number": seen.local_id,
        }
    )
    made = np.where(planted == "taken_not_offered", "", offered)
    thought = np.where(planted == "used_not_considered", "", considered)
    truth = pl.DataFrame(
        {
            "offer_id": number.tolist(),
            "who": who,
            "month": month,
            "service": [CODES.get(one) for one in service],
            "offered": [TRUE[one] for one in made],
            "taken_up": [TRUE[one] if yes == "Yes" else None for one, yes in zip(taken, made, strict=True)],
            "considered": [TRUE[one] for one in thought],
            "used": [TRUE[one] if yes == "Yes" else None for one, yes in zip(used, thought, strict=True)],
            "planted": pl.Series([code or None for code in planted], dtype=pl.String),
        }
    )
    again = some(rng, month < span.months - 1, 0.02)
    deliver = pl.Series([*month, *(month[again] + 1)], dtype=pl.Int64)
    whole = pl.concat([text, text.filter(pl.Series(again))])
    return Sent(source="offer", text=whole, deliver=deliver, truth={"offers": truth})
