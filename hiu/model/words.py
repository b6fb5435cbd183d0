"""Words with one spelling everywhere: data sets, codes, labels, kinds of fact."""

from typing import Literal, get_args

FactKind = Literal[
    "offered", "consent", "permission", "capacity", "notice", "start", "end", "plan", "plan_review",
    "contact", "grading", "cmht", "lead_clinician", "death",
]  # fmt: skip
"""What a register may say of a person, each with a date."""
FACTS: tuple[str, ...] = get_args(FactKind)

DATASETS = (
    "police_incident",
    "ambulance_deployment",
    "ed_attendance",
    "mh_bed_day",
    "s136",
    "mha_assessment",
)
"""The Guide's five minimum data sets (G57), s136 and MHA assessments apart. A site's own source may add one."""

CONTACTS = ("police_incident", "ambulance_deployment", "ed_attendance")
"""Data sets counted in contacts (events); bed days and detentions are other units."""

SEXES = ("F", "M", "X")

STATUSES = ("counted", "not_counted", "superseded", "deleted", "quarantined")

HOW = ("number", "model", "decision", "single", "nobody")

ROLES = ("subject", "caller", "victim", "suspect", "missing", "witness")

LABELS = (
    "NEW",
    "IN HOSPITAL",
    "ESCALATING",
    "DE-ESCALATING",
    "QUIET",
    "RISING",
    "FALLING",
    "STEADY",
)
