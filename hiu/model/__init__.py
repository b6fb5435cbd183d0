"""Every table: columns, types, units, meaning, and whether a column identifies a person.

The one place that says what a table holds. Suites (expectations/), the data dictionary
(docs/data-dictionary.md) and the published Parquet files are generated from or checked against it.
"""

from hiu.model.demand import (
    ADDRESS_DEMAND,
    COVERAGE,
    MONTHLY_DEMAND,
    MONTHLY_EXTRA,
    RISK_GRADING,
    SUPPORT,
    TEAM_CONTACT,
)
from hiu.model.listed import CHANGES, RANKED
from hiu.model.people import ALIASES, CLUSTER, DECISIONS, IDENTITY, LINKS, PEOPLE, REVIEW_QUEUE
from hiu.model.received import DELIVERIES, FACT, IDENTITY_COLUMNS, QUARANTINE, RECORD
from hiu.model.table import Column, Table, Type
from hiu.model.words import CONTACTS, DATASETS, FACTS, HOW, LABELS, ROLES, SEXES, STATUSES, FactKind

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
        REVIEW_QUEUE,
        ADDRESS_DEMAND,
    )
}
RECORDED = {table.name: table for table in (DECISIONS,)}
"""What people record (hiu.govern.records): read at the start of every run, and never rebuilt from deliveries."""
PUBLISHED = {name: table for name, table in TABLES.items() if table.layer == "published"}

__all__ = [
    "ADDRESS_DEMAND",
    "ALIASES",
    "CHANGES",
    "CLUSTER",
    "CONTACTS",
    "COVERAGE",
    "DATASETS",
    "DECISIONS",
    "DELIVERIES",
    "FACT",
    "FACTS",
    "HOW",
    "IDENTITY",
    "IDENTITY_COLUMNS",
    "LABELS",
    "LINKS",
    "MONTHLY_DEMAND",
    "MONTHLY_EXTRA",
    "PEOPLE",
    "PUBLISHED",
    "QUARANTINE",
    "RANKED",
    "RECORD",
    "RECORDED",
    "REVIEW_QUEUE",
    "RISK_GRADING",
    "ROLES",
    "SEXES",
    "STATUSES",
    "SUPPORT",
    "TABLES",
    "TEAM_CONTACT",
    "Column",
    "FactKind",
    "Table",
    "Type",
]
