"""What a meeting recorded about a person: scores, gates, decisions, actions; append-only, the latest one holds."""

from hiu.model.table import PERSON, Table, column

SCORES = ("likelihood_clinical", "impact_clinical", "likelihood_public_safety", "impact_public_safety")
"""1 to 5; clinical and public-safety apart, never averaged (G43)."""

GATES = ("permission", "consent", "capacity")
"""Before support may start (G20-22): lead clinician permission, consent given, capacity reviewed."""

STARTING = "Start support"

CHOICES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(SCORES, ("1", "2", "3", "4", "5")),
    "permission": ("granted", "not granted"),
    "consent": ("given", "refused", "withdrawn"),
    "capacity": ("reviewed", "review needed"),
    "decision": (
        "Offer support",
        STARTING,
        "Continue support",
        "Wait and review",
        "Refer to another service",
        "Person does not want support",
        "Support ended by the person",
        "Support ended by agreement",
    ),
    "action_done": ("yes",),
}
"""The words a field takes; others are free text or dates. No decision among them changes a rank."""

NEEDED_TO_START = {"permission": "granted", "capacity": "reviewed", "consent": "given"}
"""What must be on record before a decision to start support is taken (G20-22)."""

MEETING_FIELDS = (*SCORES, *GATES, "decision", "owner", "next_review", "notes")

ACTION_FIELDS = ("action", "action_owner", "action_due", "action_done")

MEETING_ENTRY = Table(
    "meeting_entry",
    "What meetings recorded about a person, a field at a time; append-only. The latest of a person and field holds; an "
    "entry on one month's list is seen from the next month's on.",
    ("person_id", "field", "entered_at"),
    (
        PERSON,
        column("field", "text", "What was recorded", codes=(*MEETING_FIELDS, *ACTION_FIELDS), nullable=False),
        column("value", "text", "What it is now: scores 1 to 5, dates as 2026-03-31; empty = cleared", personal=True),
        column("old_value", "text", "What it was", personal=True),
        column("author", "text", "Who recorded it", nullable=False),
        column("entered_at", "timestamp", "When", "UTC", nullable=False),
        column("pack_id", "text", "Pack whose workbook it came from", nullable=False),
        column("month", "date", "First day of the month whose list was met about", nullable=False),
        column("row_version", "integer", "The person's row after it: 1 = their first", nullable=False),
    ),
)
