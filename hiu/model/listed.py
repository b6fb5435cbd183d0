"""The monthly list and what changed since the last."""

from hiu.model.table import PERSON, Table, column
from hiu.model.words import LABELS

RANKED = Table(
    "ranked",
    "The monthly list: people to offer support to, by frequency x risk.",
    ("person_id",),
    (
        column("rank", "integer", "1 = highest intensity", nullable=False),
        PERSON,
        column("intensity", "real", "Expected points x risk", "points x 1-5", nullable=False),
        column("expected_points", "real", "Expected severity points in the next 3 months", "points", nullable=False),
        column("points_3", "real", "Points in the last 3 months", "points"),
        column("points_12", "real", "Points in the last 12 months", "points"),
        column("contacts_3", "integer", "Contacts in the last 3 months", "contacts"),
        column("contacts_12", "integer", "Contacts in the last 12 months", "contacts"),
        column(
            "risk",
            "real",
            "Square root of likelihood x impact; median of those assessed if not assessed",
            "1 to 5",
            nullable=False,
        ),
        column(
            "risk_source",
            "text",
            "Which grading it is",
            codes=("clinical", "public_safety", "not assessed"),
            nullable=False,
        ),
        column("risk_band", "text", "Low, Medium, High, or not assessed"),
        column("rank_if_low", "integer", "Rank if risk were Low (unassessed people only)"),
        column("rank_if_high", "integer", "Rank if risk were High (unassessed people only)"),
        column(
            "certainty",
            "text",
            "A: in the top N in 80% of draws; B: no reliable difference; C: under 20%",
            codes=("A", "B", "C"),
        ),
        column("rank_low", "integer", "Best plausible rank (2.5% of draws)"),
        column("rank_high", "integer", "Worst plausible rank (97.5% of draws)"),
        column("label", "text", "Change label", codes=LABELS, nullable=False),
        column("label_sentence", "text", "The label's reason in a sentence", nullable=False),
        column("sentence", "text", "Why this rank, in a sentence", nullable=False),
        column("presets", "text", "Published definitions of frequent that fire, joined by |", nullable=False),
        column("estimated", "boolean", "A missing source-month was filled by the person's own average", nullable=False),
        column("access", "text", "What may be shown", codes=("candidate", "supported"), nullable=False),
        column("list", "text", "adult: ranked; under_18: listed apart", codes=("adult", "under_18"), nullable=False),
    ),
)

CHANGES = Table(
    "changes",
    "What differs from last month's list: people, identities, and restated figures.",
    ("kind", "person_id", "what"),
    (
        column(
            "kind",
            "text",
            "Kind of change",
            nullable=False,
            codes=("new", "returned", "rising", "falling", "left", "merged", "split", "restated"),
        ),
        column("person_id", "text", "Person, if it is about one", personal=True),
        column("what", "text", "The change in a sentence", nullable=False),
        column("rank_before", "integer", "Rank last month"),
        column("rank_now", "integer", "Rank this month"),
    ),
)
