"""Words with one spelling everywhere: data sets, codes, labels, kinds of fact."""

from typing import Literal, get_args

FactKind = Literal[
    "offered",
    "consent",
    "permission",
    "capacity",
    "notice",
    "start",
    "end",
    "plan",
    "plan_review",
    "contact",
    "grading",
    "cmht",
    "lead_clinician",
    "death",
]
"""What a register may say of a person, each with a date."""
FACTS: tuple[str, ...] = get_args(FactKind)

DATASETS = ("police_incident", "ambulance_deployment", "ed_attendance", "mh_bed_day", "s136", "mha_assessment")
"""The Guide's five minimum data sets (G57), s136 and MHA assessments apart. A site's own source may add one."""

MANY = {
    "police_incident": "police incidents",
    "ambulance_deployment": "ambulance deployments",
    "ed_attendance": "ED attendances",
    "mh_bed_day": "mental-health bed days",
    "s136": "section 136 detentions",
    "mha_assessment": "Mental Health Act assessments",
}
"""A data set's units, as said in a sentence."""


def many(dataset: str) -> str:
    """The plural in words; a site's own data set by its name."""
    return MANY.get(dataset) or _plural(dataset.replace("_", " "))


def one(dataset: str) -> str:
    """A single unit in words; a site's own data set by its name."""
    if dataset in MANY:
        return MANY[dataset].removesuffix("s")
    name = dataset.replace("_", " ")
    return f"contact of {name}" if name[-1].isdigit() else name[:-1] if _is_plural(name) else name


def _is_plural(name: str) -> bool:
    """Whether a site's own name is a plural already: 'flags', 'street calls'; not 'bus', 'crisis' or 'address'."""
    return name.endswith("s") and not name.endswith(("ss", "us", "is"))


def _plural(name: str) -> str:
    if name[-1].isdigit():
        return f"contacts of {name}"
    if _is_plural(name):
        return name
    if name.endswith(("ch", "sh", "s", "x")):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") and name[-2:-1] not in "aeiou" else f"{name}s"


CONTACTS = ("police_incident", "ambulance_deployment", "ed_attendance")
"""Data sets counted in contacts (events); bed days and detentions are other units."""

NOT_TAKEN = "not_taken"
"""Code of a file under the raw folder that no source takes (table refused_file): nobody refused it."""

LABELS = ("NEW", "IN HOSPITAL", "ESCALATING", "DE-ESCALATING", "QUIET", "RISING", "FALLING", "WITHIN USUAL RANGE")
GOING_UP = ("ESCALATING", "RISING")
"""Labels that say that contacts go up beyond chance."""
GOING_DOWN = ("DE-ESCALATING", "FALLING")
"""Labels that say that they go down beyond chance."""

NOT_KNOWN = (
    "unknown", "unk", "unkn", "unknwn", "not known", "notknown", "nk", "n k", "n/k", "not given", "not stated",
    "not recorded", "not specified", "not provided", "not disclosed", "not available", "not obtained", "not supplied",
    "not applicable", "unspecified", "unrecorded", "unstated", "undisclosed", "withheld",
    "tbc", "tba", "to be confirmed", "not yet known", "none given", "no details", "no data", "missing data", "blank",
)  # fmt: skip
"""Cells that say in words that a value is not known, in small letters."""
