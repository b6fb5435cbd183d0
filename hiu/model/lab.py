"""What an analyst traces a figure with: descriptions, contacts in order, and the evidence on doubtful pairs."""

from hiu.model.received import IDENTITY_COLUMNS
from hiu.model.table import PERSON, SOURCE, Table, column

DESCRIPTIONS = Table(
    "descriptions",
    "Every distinct way a row describes somebody, and whose it is: what match review lays side by side.",
    ("identity_id",),
    (
        column("identity_id", "text", "Identity, as in links", personal=True, nullable=False),
        PERSON,
        *IDENTITY_COLUMNS,
        column("sources", "text", "Sources it appears in, sorted, joined by |"),
        column("rows", "integer", "Rows in force that say it", "rows", nullable=False),
    ),
)

REVIEW_EVIDENCE = Table(
    "review_evidence",
    "For each pair of review_queue, what each field says for or against one person.",
    ("identity_a", "identity_b", "field"),
    (
        column("identity_a", "text", "One identity", personal=True, nullable=False),
        column("identity_b", "text", "The other", personal=True, nullable=False),
        column("field", "text", "Field compared; prior = before any evidence", nullable=False),
        column("level", "text", "How it agrees, such as exact, typo or different", nullable=False),
        column("weight", "real", "What it adds to match_weight: log2, above 0 = for one person", nullable=False),
    ),
)

TIMELINE = Table(
    "timeline",
    "Every event and stay of a person in order, with the crisis episode it belongs to.",
    ("person_id", "start", "source", "event_id", "dataset"),
    (
        PERSON,
        column("start", "timestamp", "When it began", "UK local time", nullable=False),
        column("end", "timestamp", "When a stay ended; null while open, and for events", "UK local time"),
        SOURCE,
        column("event_id", "text", "The source's own event key, as in links", nullable=False),
        column("dataset", "text", "Data set or side measure", nullable=False),
        column("counted", "boolean", "Adds one to its data set's month; for a stay, nights count", nullable=False),
        column("episode", "integer", "Crisis episode of the person, from 1; null if it belongs to none"),
    ),
)

LAB = {table.name: table for table in (DESCRIPTIONS, REVIEW_EVIDENCE, TIMELINE)}
"""Published tables that only the analyst's library reads."""
