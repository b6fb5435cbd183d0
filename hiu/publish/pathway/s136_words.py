"""Words of the section 136 papers: codes as people read them, in the order in which they stand."""

from hiu.model.ages import BANDS
from hiu.publish.board.paper import ROUNDED_NOTE
from hiu.publish.pathway.desk_words import NOT_RECORDED

NO_VEHICLE, STILL_OPEN = "no police vehicle", "still open"
MAIN = {
    "detained_to_arrived": "Detained to arrived",
    "arrived_to_accepted": "Arrived to accepted",
    "accepted_to_police_released": "Accepted to police released",
    "police_released_to_assessed": "Police released to assessed",
    "assessed_to_ended": "Assessed to ended",
}
"""The legs of the way, in their order."""
UNWRITTEN = "unwritten"
STEPS = {leg: words for leg, words in MAIN.items() if leg != "detained_to_arrived"} | {
    UNWRITTEN: "Not written, or still under way",
    NOT_RECORDED: "Not recorded",
}
"""What took the longest of the clock, which does not run before the arrival."""
LEGS = MAIN | {
    "cleared_to_accepted": "Medically cleared to accepted",
    "bed_requested_to_found": "Bed requested to found",
    "handover": "Handover: arrived to police released",
}
RECORDED = {"yes": "Yes", "no": "No", NOT_RECORDED: "Not recorded"}
CONSULTED = {"yes": "Yes", "no": "No", "not_practicable": "Not practicable", NOT_RECORDED: "Not recorded"}
OVER = {"yes": "Over the limit", "no": "Within it", "unknown": "Can't be known"}
CONVEYED = {"ambulance": "Ambulance", "police": "Police vehicle", "other": "Other", NOT_RECORDED: "Not recorded"}
REASONS = {
    "no_ambulance_available": "No ambulance available",
    "ambulance_delay": "Ambulance delayed",
    "ambulance_declined": "Ambulance crew declined",
    "not_requested": "Ambulance not requested",
    "risk": "Risk",
    "other": "Other",
    NOT_RECORDED: "Not recorded",
    NO_VEHICLE: "No police vehicle",
}
FIRST = {
    "hbpos": "Health-based place of safety",
    "ed": "Emergency department",
    "home": "A home",
    "custody": "Police custody",
    "other": "Other",
    NOT_RECORDED: "Not recorded",
}
OUTCOMES = {
    "admitted_informal": "Admitted informally",
    "s2": "Section 2",
    "s3": "Section 3",
    "community": "Community follow-up",
    "discharged": "Discharged",
    "other": "Other",
    NOT_RECORDED: "Not recorded",
    STILL_OPEN: "Still open",
}
ETHNICITIES = {
    "white": "White",
    "mixed": "Mixed",
    "asian": "Asian",
    "black": "Black",
    "other": "Other",
    NOT_RECORDED: "Not recorded",
}
SEXES = {"F": "Female", "M": "Male", "X": "Other", NOT_RECORDED: "Not recorded"}
ABOUT = {
    "hbpos_full": "Place of safety full",
    "hbpos_unreachable": "Place of safety can't be reached",
    "crisis_line_unreachable": "Crisis line can't be reached",
    NOT_RECORDED: "Not recorded",
}
LEVELS = {"manager": "Manager", "bronze": "Bronze", "silver": "Silver", "gold": "Gold", NOT_RECORDED: "Not recorded"}
RETURNED = {
    "age_band": "Age band",
    "sex": "Sex",
    "ethnicity": "Ethnic group",
    "place": "Place of safety",
    "conveyance": "Transport",
    "police_conveyance_reason": "Reason for police vehicle",
    "outcome": "Outcome",
}
"""What the annual return splits detentions by, in its order."""
VALUES = {
    "age_band": {band: band[:1].upper() + band[1:] for band in BANDS} | {NOT_RECORDED: "Not recorded"},
    "sex": SEXES,
    "ethnicity": ETHNICITIES,
    "conveyance": CONVEYED,
    "police_conveyance_reason": REASONS,
    "outcome": OUTCOMES,
}
NOTES = (
    ROUNDED_NOTE,
    "The clock starts at arrival at the first place of safety, or at the detention of somebody who was there already. "
    "It stops at the end of the detention, or at the month's end while it is open. The limit is 24 hours, and 36 only "
    "if the responsible practitioner extended it in time.",
    "A transfer is no new detention. A time that is missing is not known: it is neither nought nor made up.",
    "A detention that police or a place of safety also record is demand only there; nothing here adds to it.",
    "Places stand in the order of their names. A place outside the limits of the funnel differs by more than chance "
    "would explain, and that is a question and no verdict: places differ in whom they take.",
)
