"""Every table: columns, types, units, meaning, and whether a column identifies a person.

The one place that says what a table holds. Suites (expectations/), the data dictionary
(docs/data-dictionary.md) and the published Parquet files are generated from or checked against it.
"""

from hiu.model.back import TAKEN_BACK
from hiu.model.demand import (
    ADDRESS_DEMAND,
    COVERAGE,
    MONTHLY_DEMAND,
    MONTHLY_EXTRA,
    RISK_GRADING,
    SUPPORT,
    TEAM_CONTACT,
)
from hiu.model.govern import GOVERNED
from hiu.model.lab import DESCRIPTIONS, LAB, REVIEW_EVIDENCE, TIMELINE
from hiu.model.listed import CHANGES, RANKED
from hiu.model.matching import LINK_QUALITY, SECOND_OPINIONS
from hiu.model.meeting import ACTION_FIELDS, GATES, MEETING_ENTRY, MEETING_FIELDS, SCORES
from hiu.model.people import ALIASES, CLUSTER, DECISIONS, IDENTITY, LINKS, PEOPLE, REVIEW_QUEUE
from hiu.model.received import DELIVERIES, FACT, IDENTITY_COLUMNS, QUARANTINE, RECORD
from hiu.model.table import Column, Table, Type
from hiu.model.words import CONTACTS, DATASETS, FACTS, HOW, LABELS, ROLES, SEXES, STATUSES, FactKind, many

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        RECORD,
        FACT,
        QUARANTINE,
        DELIVERIES,
        IDENTITY,
        CLUSTER,
        LINKS,
        PEOPLE,
        COVERAGE,
        MONTHLY_DEMAND,
        MONTHLY_EXTRA,
        RISK_GRADING,
        SUPPORT,
        TEAM_CONTACT,
        RANKED,
        CHANGES,
        ALIASES,
        DECISIONS,
        SECOND_OPINIONS,
        LINK_QUALITY,
        REVIEW_QUEUE,
        ADDRESS_DEMAND,
        MEETING_ENTRY,
    )
}
TABLES |= GOVERNED | LAB
RECORDED = {table.name: table for table in (DECISIONS, SECOND_OPINIONS, MEETING_ENTRY)}
"""What people record (hiu.govern.records): read at the start of every run, and never rebuilt from deliveries."""
PUBLISHED = {name: table for name, table in TABLES.items() if table.layer == "published"}

__all__ = [
    "ACTION_FIELDS",
    "ADDRESS_DEMAND",
    "ALIASES",
    "CHANGES",
    "CLUSTER",
    "CONTACTS",
    "COVERAGE",
    "DATASETS",
    "DECISIONS",
    "DELIVERIES",
    "DESCRIPTIONS",
    "FACT",
    "FACTS",
    "GATES",
    "GOVERNED",
    "HOW",
    "IDENTITY",
    "IDENTITY_COLUMNS",
    "LAB",
    "LABELS",
    "LINKS",
    "LINK_QUALITY",
    "MEETING_ENTRY",
    "MEETING_FIELDS",
    "MONTHLY_DEMAND",
    "MONTHLY_EXTRA",
    "PEOPLE",
    "PUBLISHED",
    "QUARANTINE",
    "RANKED",
    "RECORD",
    "RECORDED",
    "REVIEW_EVIDENCE",
    "REVIEW_QUEUE",
    "RISK_GRADING",
    "ROLES",
    "SCORES",
    "SECOND_OPINIONS",
    "SEXES",
    "STATUSES",
    "SUPPORT",
    "TABLES",
    "TAKEN_BACK",
    "TEAM_CONTACT",
    "TIMELINE",
    "Column",
    "FactKind",
    "Table",
    "Type",
    "many",
]
