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
    return MANY.get(dataset, f"{dataset.replace('_', ' ')}s")


CONTACTS = ("police_incident", "ambulance_deployment", "ed_attendance")
"""Data sets counted in contacts (events); bed days and detentions are other units."""

BAND_FROM = {"Low": 1, "Medium": 5, "High": 15}
"""Band of the risk matrix -> the least likelihood x impact in it, lowest first (risk_grading.sql has the same)."""


def band_of(likelihood: int, impact: int) -> str:
    """The band of a grading, each of its two parts 1 to 5."""
    return next(band for band, least in reversed(BAND_FROM.items()) if likelihood * impact >= least)


LABELS = ("NEW", "IN HOSPITAL", "ESCALATING", "DE-ESCALATING", "QUIET", "RISING", "FALLING", "STEADY")
