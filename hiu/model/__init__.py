"""Every table: columns, types, units, meaning, and whether a column identifies a person.

The one place that says what a table holds: hiu/model/tables, a column a line. Suites (expectations/), the data
dictionary (docs/data-dictionary.md) and the published Parquet files are generated from or checked against it.

What may enter: a table, a column, a code, a unit, and a rule by which every room reads one of them (an age, a grade).
"""

from dataclasses import replace

from hiu.model.load import load_model
from hiu.model.table import Column, Table, Type
from hiu.model.words import CONTACTS, DATASETS, GOING_DOWN, GOING_UP, LABELS, FactKind, many, one

__all__ = [
    "CONTACTS",
    "DATASETS",
    "GOING_DOWN",
    "GOING_UP",
    "LABELS",
    "Column",
    "FactKind",
    "Table",
    "Type",
    "many",
    "one",
]

TABLES, IDENTITY_COLUMNS = load_model()
TABLES["received_row"] = replace(
    TABLES["record"],
    name="received_row",
    meaning="Rows that were put right since ('hiu rectify'), as they were received; record holds them as they count.",
)

PUBLISHED = {name: table for name, table in TABLES.items() if table.layer == "published"}

PLACES = {name: table for name, table in TABLES.items() if table.layer == "places"}
"""Tables of places: published only by a site that has a crosswalk."""

PATHWAY = {name: table for name, table in TABLES.items() if table.layer == "pathway"}
"""Tables of the crisis pathway: published only by a site that has a source of them."""

RELEASED = {**PUBLISHED, **PLACES, **PATHWAY}
"""Every table that a published folder may hold."""

MART = {name: table for name, table in TABLES.items() if table.layer == "mart"}
"""Tables of the mart: made of published ones for other tools, without names but for `mart_name`."""

RECORDED = {name: TABLES[name] for name in ("decisions", "second_opinions", "meeting_entry", "corrections")}
"""What people record (hiu.govern.records): read at the start of every run, and never rebuilt from deliveries."""

DECISIONS, SECOND_OPINIONS, MEETING_ENTRY, CORRECTIONS = RECORDED.values()
RECORD, FACT, QUARANTINE, DELIVERIES = (TABLES[name] for name in ("record", "fact", "quarantine", "deliveries"))
FIELD_QUALITY, MISSING_COUNT = TABLES["field_quality"], TABLES["missing_count"]
REFUSED_FILE = TABLES["refused_file"]
RECEIVED_ROW = TABLES["received_row"]
PEOPLE, ALIASES, RANKED, CHANGES = (TABLES[name] for name in ("people", "aliases", "ranked", "changes"))
REVIEW_QUEUE, LINK_QUALITY = TABLES["review_queue"], TABLES["link_quality"]
DESCRIPTIONS, REVIEW_EVIDENCE = TABLES["descriptions"], TABLES["review_evidence"]
TIMELINE, TRAITS = TABLES["timeline"], TABLES["traits"]
WITHDRAWN, ROLLED_BACK, BACKUPS = (TABLES[name] for name in ("withdrawn_deliveries", "rolled_back", "backups"))
WITHDRAWN_MONTHS, SITTING = TABLES["withdrawn_months"], TABLES["sitting"]
