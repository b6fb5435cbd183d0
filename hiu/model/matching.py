"""Matching, looked at by people: second opinions, and how good the matching is."""

from hiu.model.table import Table, column

SECOND_OPINIONS = Table(
    "second_opinions",
    "What a second reviewer said of a decided pair: tells how far reviewers agree, and binds nothing.",
    ("identity_a", "identity_b", "reviewer"),
    (
        column("identity_a", "text", "One identity", personal=True, nullable=False),
        column("identity_b", "text", "The other", personal=True, nullable=False),
        column("decision", "text", "What they said", codes=("same", "different", "unsure"), nullable=False),
        column("reviewer", "text", "Who said it", nullable=False),
        column("said_at", "timestamp", "When", "UTC", nullable=False),
        column("note", "text", "Why"),
    ),
    "warehouse",
)

LINK_QUALITY = Table(
    "link_quality",
    "How good the matching is: estimates with intervals, and counts, for everybody and by group.",
    ("measure", "group"),
    (
        column("measure", "text", "What is measured (docs/matching.md lists them)", nullable=False),
        column(
            "group",
            "text",
            "Of whom: all, or 'sex: F', 'source: police', 'no postcode', 'largest 1' ...",
            nullable=False,
        ),
        column("value", "real", "The figure: a share is 0 to 1; null if it can't be said"),
        column(
            "low", "real", "Lower end: 95% interval; of a model's estimate, how far such were out; null for a count"
        ),
        column("high", "real", "Upper end, likewise; null for a count"),
        column("n", "integer", "Rows, pairs or people it is a share of", nullable=False),
        column("basis", "text", "Where it comes from", codes=("count", "model", "review"), nullable=False),
    ),
)
