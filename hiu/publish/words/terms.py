"""What codes are called when people read them: gates, meeting fields, access, lists, risk, kinds of change."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from hiu.publish.words.text import count_of, day, join_words
from hiu.settings import Settings

ACCESS = {"supported": "Supported", "candidate": "Candidate"}
LISTS = {"adult": "Adult", "under_18": "Under 18"}

NOT_ASSESSED, NOT_BANDED = "Not assessed", "Not banded"
RISKS = ("High", "Medium", "Low", NOT_BANDED, NOT_ASSESSED)

ENTERED = {
    "likelihood_clinical": "Likelihood, clinical",
    "impact_clinical": "Impact, clinical",
    "likelihood_public_safety": "Likelihood, public safety",
    "impact_public_safety": "Impact, public safety",
    "permission": "Lead clinician permission",
    "permission_at": "Permission, date",
    "consent": "Consent",
    "consent_at": "Consent, date",
    "capacity": "Capacity",
    "capacity_at": "Capacity, date",
    "notice_at": "Privacy notice served, date",
    "plan_at": "Plan, date",
    "plan_review_at": "Plan review due",
    "decision": "Decision",
    "owner": "Owner",
    "next_review": "Next review",
    "notes": "Notes",
}
"""What a meeting may enter about a person (hiu.model.meeting.MEETING_FIELDS)."""

ACTION_TITLES = {"action": "Action", "action_owner": "Owner", "action_due": "Due", "action_done": "Done"}

GATES = {name: ENTERED[name] for name in ("permission", "consent", "capacity")} | {
    "notice": "Privacy notice served",
    "plan": "Plan dated",
    "plan_review": "Plan review due",
    "offered": "Support offered",
    "start": "Support started",
}
"""What has to be there before and during support (G20-G33)."""

OUTCOMES = {"reviewed": "reviewed, outcome not recorded"}
"""A gate's word that does not read by itself."""

REVIEWS = GATES | {
    "capacity": "Capacity review",
    "notice": "Privacy notice",
    "plan": "Plan",
    "plan_review": "Plan review",
}
"""The same as things to be looked at again."""

CHANGES = {
    "new": "Into the first {top}",
    "returned": "Back in the first {top}",
    "rising": "Moved up the list",
    "falling": "Moved down the list",
    "left": "Out of the first {top}",
    "merged": "Records joined",
    "split": "Records separated",
    "restated": "Corrected figures",
}
"""Kind of change of the list and its heading, in the order they are shown; labels of demand have other words."""

_LABELS = {"IN HOSPITAL": "MOSTLY IN HOSPITAL", "QUIET": "NO RECENT CONTACTS", "WITHIN USUAL RANGE": "NO CLEAR CHANGE"}
"""Change labels that are shown in other words: about the nights of the month, not its last day, and about the number of
contacts, not about how the person is."""


def label_words(label: str) -> str:
    """A change label as people read it."""
    return _LABELS.get(label, label)


_CONFLICTS = {"two_nhs_numbers": "more than one NHS number", "two_dobs": "more than one date of birth"}


CONTRADICTIONS = {
    "consent": "consent is both given and refused (the refusal holds)",
    "permission": "permission is both granted and not granted (not granted holds)",
    "capacity": "two answers about capacity",
    "lead_clinician": "two lead clinicians",
    "cmht": "two community teams",
    "plan": "two plans (the later holds)",
    "ends_before_start": "support ends before it starts (it counts as ended)",
    "ended_and_open": "support is both ended and open (ended holds)",
    "born_after_contact": "a birth after a contact",
    "age_against_birth": "an age against the date of birth",
    "age_against_records": "records that do not fit the age",
    "contact_after_death": "a contact after the death",
    "death_before_birth": "a death before the birth",
    "death_to_check": "a row that has the person as dead, which no register says",
}
"""What of the table `conflicts`, in words."""

TO_CHECK = "death_to_check"
"""What has an alert of its own."""

OF_SUPPORT = (
    "consent",
    "permission",
    "capacity",
    "lead_clinician",
    "cmht",
    "plan",
    "ends_before_start",
    "ended_and_open",
)
"""Those about support, which only a page that shows its gates may show."""

OF_AGE = ("age_against_records", "born_after_contact")
"""Those that speak against the age."""


def age_doubt(age: int | None, found: Collection[Mapping[str, Any]]) -> str:
    """What to do first about records that do not fit an age, and how many rows of which sources these are (`found`, of
    `conflicts`), without a full stop; empty if no age can be named."""
    if age is None or age < 0:
        return ""
    n = sum(row["rows"] for row in found)
    names = join_words(sorted({source_words(name) for row in found for name in row["sources"].split("|")}))
    rows = f"{count_of(n, 'row')} from {names} {'does' if n == 1 else 'do'} not fit this age"
    return f"Age {age}: {rows}. Check the date of birth before anything else"


def conflicts(about: dict[str, object], found: Iterable[str] = ()) -> str:
    """What casts doubt on a row of `people`, and what of `conflicts` was `found`, in a sentence; empty if nothing."""
    doubts = [words for name, words in _CONFLICTS.items() if about.get(name)]
    return join_words([*doubts, *(CONTRADICTIONS[what] for what in CONTRADICTIONS if what in set(found))])


def source_words(code: object) -> str:
    """A code with underscores as words, and what is short for a name in capitals: `public safety`, `MH beds`."""
    return re.sub(r"\b(ed|mh|mha)\b", lambda short: short[0].upper(), str(code).replace("_", " "))


def basis_words(settings: Settings, on: date, purpose: str, recipient: str) -> str:
    """The basis in force on which a paper goes to a recipient: the law, who decided it, and until when."""
    if settings.synthetic:
        return "none is needed, as the people are invented"
    found = [
        f"{row.code}. Decided by: {row.decided_by} (evidence: {row.evidence}). In force until {day(row.end)}"
        for row in settings.basis
        if (row.purpose, row.recipient) == (purpose, recipient) and row.start <= on <= row.end
    ]
    return "; ".join(found) or "none is in force"
