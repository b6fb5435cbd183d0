"""Every table: columns, types, units, meaning, and whether a column identifies a person.

The one place that says what a table holds. Suites (expectations/), the data dictionary
(docs/data-dictionary.md) and the published Parquet files are generated from or checked against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "integer", "real", "boolean", "date", "timestamp", "texts"]


@dataclass(frozen=True)
class Column:
    """A column: its type, meaning, unit, and whether it identifies or describes a person."""

    name: str
    type: Type
    meaning: str
    unit: str = ""
    personal: bool = False
    nullable: bool = True
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table: one row per `key`; `layer` is warehouse (working) or published (what people read)."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    layer: Literal["warehouse", "published"] = "published"

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]


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


def _c(
    name: str,
    type: Type,
    meaning: str,
    unit: str = "",
    *,
    personal: bool = False,
    nullable: bool = True,
    codes: tuple[str, ...] = (),
) -> Column:
    return Column(name, type, meaning, unit, personal, nullable, codes)


_DELIVERY = _c("delivery_id", "text", "Delivery the row came in", nullable=False)
_SOURCE = _c("source", "text", "Source the row came from", nullable=False)
_FILE = _c("source_file", "text", "File, relative to the raw folder, with forward slashes", nullable=False)
_ROW = _c(
    "source_row",
    "integer",
    "1-based data record in the file; header, title and wholly blank rows not counted",
    nullable=False,
)
_PERSON = _c(
    "person_id",
    "text",
    "HIU- and 8 base32 characters: stable in the site, meaningless outside it",
    personal=True,
    nullable=False,
)
_MONTH = _c("month", "date", "First day of the calendar month (UK local time)", nullable=False)

IDENTITY_COLUMNS = (
    _c("name_text", "text", "Name as shown to people", personal=True),
    _c("given", "text", "First given name, folded for matching (upper case, no accents or punctuation)", personal=True),
    _c("middle", "text", "Further given names, folded, space separated", personal=True),
    _c("family", "text", "Family name, folded; composite names keep one space between parts", personal=True),
    _c(
        "aliases",
        "text",
        "Other names (AKA, nee, known as), each folded 'GIVEN FAMILY', sorted, joined by |",
        personal=True,
    ),
    _c("dob", "date", "Date of birth; sentinels are null", personal=True),
    _c(
        "birth_year",
        "integer",
        "Year of birth worked out from an age when there is no date of birth",
        "year",
        personal=True,
    ),
    _c("sex", "text", "Sex or stated gender as recorded", codes=SEXES, personal=True),
    _c(
        "nhs_number",
        "text",
        "NHS number, 10 digits, check digit valid and usable as evidence; else null",
        personal=True,
    ),
    _c(
        "postcode", "text", "Home postcode, 'BS1 4ND' form, or outward part alone; pseudo codes are null", personal=True
    ),
    _c("house", "text", "House or flat number of the home address, folded", personal=True),
    _c("street", "text", "Street of the home address, folded", personal=True),
    _c("local_ids", "text", "Local identifiers as scheme:value, sorted, joined by |", personal=True),
)

RECORD = Table(
    "record",
    "Every received row that could be read: standardised, not yet counted.",
    ("delivery_id", "source_row"),
    (
        _DELIVERY,
        _SOURCE,
        _FILE,
        _ROW,
        _c("period", "date", "First day of the month the delivery is for; null for a register"),
        _c(
            "quarantined",
            "boolean",
            "The row is in quarantine; it still links when its identity can be read",
            nullable=False,
        ),
        _c("event_id", "text", "The source's own event key: what is counted"),
        _c("record_id", "text", "The source's own row key: what a later load supersedes"),
        _c("version", "text", "Sortable version stamp sent by the source, if it sends one"),
        _c("deleted", "boolean", "The source says this event is deleted", nullable=False),
        _c("duplicate_of", "text", "Event id of which this event is a duplicate"),
        _c("start", "timestamp", "When the event or stay began", "UK local time"),
        _c("end", "timestamp", "When the stay ended; null while open", "UK local time"),
        _c("spell_id", "text", "Hospital spell a ward stay belongs to"),
        _c("spell_end", "date", "Discharge date of the spell"),
        _c("leave_start", "date", "First night of leave"),
        _c("leave_end", "date", "Day of return from leave; null while away"),
        _c("measures", "texts", "What the row may be counted as, by the rules of its source's TOML", nullable=False),
        _c("related", "text", "Event of another source the row quotes, as source:event_id"),
        _c("details", "text", "Further columns the source's TOML keeps, as JSON", personal=True),
        _c("nobody", "boolean", "The row names nobody (unknown male, no name and no number)", nullable=False),
        *IDENTITY_COLUMNS,
        _c("age", "integer", "Age as sent", "years", personal=True),
    ),
    "warehouse",
)

FACT = Table(
    "fact",
    "Dated facts of a register (the caseload), one row each; read as at the month's end.",
    ("delivery_id", "source_row", "fact", "position"),
    (
        _DELIVERY,
        _SOURCE,
        _FILE,
        _ROW,
        _c(
            "fact",
            "text",
            "What kind of fact",
            nullable=False,
            codes=(
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
            ),
        ),
        _c("position", "integer", "Order of the fact in its cell, from 1", nullable=False),
        _c("at", "date", "When it holds from; null when the register gives no date"),
        _c("value", "text", "yes, no, withdrawn, a name, or a kind of contact", personal=True),
        _c("role", "text", "Who owns the grading", codes=("clinical", "public_safety")),
        _c("likelihood", "integer", "Likelihood", "1 to 5"),
        _c("impact", "integer", "Impact", "1 to 5"),
        _c("grade", "text", "Band as sent", codes=("Low", "Medium", "High")),
        _c("police_present", "boolean", "A police member of the team was at the contact; null if not said"),
    ),
    "warehouse",
)

QUARANTINE = Table(
    "quarantine",
    "Every row set aside, with where, what and why; values are never kept here.",
    ("delivery_id", "source_row"),
    (
        _DELIVERY,
        _SOURCE,
        _FILE,
        _ROW,
        _c("column", "text", "Column at fault; null when it is the row"),
        _c("code", "text", "Short stable reason code", nullable=False),
        _c("reason", "text", "The reason in a sentence: what was found and expected, no values", nullable=False),
    ),
)

DELIVERIES = Table(
    "deliveries",
    "Every delivery taken in: received = staged + quarantined.",
    ("delivery_id",),
    (
        _DELIVERY,
        _SOURCE,
        _FILE,
        _c("sha256", "text", "Digest of the file's bytes", nullable=False),
        _c("bytes", "integer", "Size of the file", "bytes"),
        _c("period", "date", "First day of the month it is for; null for a register"),
        _c("received", "integer", "Data rows in the file", "rows", nullable=False),
        _c("staged", "integer", "Rows loaded", "rows", nullable=False),
        _c("quarantined", "integer", "Rows set aside", "rows", nullable=False),
        _c("usual", "integer", "Median rows of the source's previous deliveries (up to 12)", "rows"),
        _c("warning", "text", "What a person should know, e.g. '38% shorter than usual'"),
        _c("replaced_by", "text", "Delivery that replaced this one (same file sent again, changed)"),
        _c("run_id", "text", "Run that took it in", nullable=False),
    ),
)

IDENTITY = Table(
    "identity",
    "Distinct ways a person is described; a name with nothing else, and rows that name nobody, stand alone.",
    ("identity_id",),
    (
        _c("identity_id", "text", "First 16 hex digits of the MD5 of the tuple", personal=True, nullable=False),
        *IDENTITY_COLUMNS,
        _c("nobody", "boolean", "Names nobody: never compared, a person of its own", nullable=False),
        _c("sources", "text", "Sources it appears in, sorted, joined by |"),
        _c(
            "rows",
            "integer",
            "Rows in force; 0 = only in a delivery since replaced",
            "rows",
            nullable=False,
        ),
        _c("first_period", "date", "Earliest delivery month it was seen in; null if only in a register"),
    ),
    "warehouse",
)

CLUSTER = Table(
    "cluster",
    "Which identities are one person (the matcher's answer).",
    ("identity_id",),
    (
        _c("identity_id", "text", "Identity", personal=True, nullable=False),
        _PERSON,
        _c(
            "match_weight",
            "real",
            "log2 odds of the strongest link that holds the identity in its cluster; null if single",
        ),
        _c("match_probability", "real", "The same as a probability", "0 to 1"),
        _c("how", "text", "What joined it", codes=HOW, nullable=False),
    ),
    "warehouse",
)

LINKS = Table(
    "links",
    "Every row ever received, traced to a person.",
    ("delivery_id", "source_row"),
    (
        _SOURCE,
        _FILE,
        _ROW,
        _DELIVERY,
        _c("status", "text", "What became of the row", codes=STATUSES, nullable=False),
        _c("event_id", "text", "The source's own event key"),
        _c("identity_id", "text", "Identity of the row; null only if unreadable", personal=True),
        _c("person_id", "text", "Person; null only if the row was unreadable", personal=True),
        _c("match_weight", "real", "log2 odds of the link that joined the identity"),
        _c("match_probability", "real", "The same as a probability", "0 to 1"),
        _c("how", "text", "What joined it", codes=HOW),
    ),
)

PEOPLE = Table(
    "people",
    "One row a person: how to show them, and where they were seen.",
    ("person_id",),
    (
        _PERSON,
        _c("name_text", "text", "Name most often sent", personal=True),
        _c("dob", "date", "Date of birth most often sent", personal=True),
        _c("birth_year", "integer", "Year of birth when there is only an age", "year", personal=True),
        _c("sex", "text", "Sex most often sent", codes=SEXES, personal=True),
        _c("nhs_number", "text", "NHS number most often sent", personal=True),
        _c("postcode", "text", "Latest postcode", personal=True),
        _c("aliases", "text", "Other names seen, joined by |", personal=True),
        _c("first_seen", "date", "Earliest event"),
        _c("last_seen", "date", "Latest event"),
        _c("sources", "text", "Sources seen in, joined by |"),
        _c("rows", "integer", "Rows linked", "rows"),
        _c("identities", "integer", "Ways the person is described"),
        _c("named", "boolean", "Somebody: false for a row that names nobody", nullable=False),
        _c("died", "date", "Date of death if a register says so", personal=True),
        _c("two_nhs_numbers", "boolean", "Conflict: more than one valid NHS number", nullable=False),
        _c("two_dobs", "boolean", "Conflict: more than one date of birth", nullable=False),
    ),
)

COVERAGE = Table(
    "coverage",
    "Which months each data set's source supplied: what is not here is missing, not zero.",
    ("month", "dataset"),
    (
        _MONTH,
        _c("dataset", "text", "Data set", nullable=False),
        _c("source", "text", "Source it is counted from", nullable=False),
        _c("supplied", "boolean", "A delivery for that month was received", nullable=False),
    ),
)

MONTHLY_DEMAND = Table(
    "monthly_demand",
    "Demand per person, month and data set. A supplied cell with nothing to count has no row and means 0 "
    "(see coverage); a cell not supplied is a row with n null.",
    ("person_id", "month", "dataset"),
    (
        _PERSON,
        _MONTH,
        _c("dataset", "text", "Data set (domain: the five minimum data sets, s136 and MHA apart)", nullable=False),
        _c("n", "integer", "Distinct events, or net bed nights; null when not supplied", "events or nights"),
        _c("supplied", "boolean", "The source supplied that month", nullable=False),
    ),
)

MONTHLY_EXTRA = Table(
    "monthly_extra",
    "Side measures beside the data sets: never added to them.",
    ("person_id", "month", "measure"),
    (
        _PERSON,
        _MONTH,
        _c(
            "measure",
            "text",
            "ambulance_call, mh_gross_night, mh_leave_night, mh_admission_zero_night, "
            "left_before_treatment, mha_not_completed, s136_police, s136_health, s136_both, episode ...",
            nullable=False,
        ),
        _c("n", "integer", "Count", "events or nights", nullable=False),
    ),
)

RISK_GRADING = Table(
    "risk_grading",
    "Risk gradings as at the month's end; clinical and public-safety are never averaged (G43).",
    ("person_id", "at", "role", "source"),
    (
        _PERSON,
        _c("at", "date", "When it was graded", nullable=False),
        _c("role", "text", "Who owns it", codes=("clinical", "public_safety"), nullable=False),
        _c("likelihood", "integer", "Likelihood", "1 to 5"),
        _c("impact", "integer", "Impact", "1 to 5"),
        _c(
            "grade",
            "text",
            "Band: L x I <= 4 Low, 5-12 Medium, >= 15 High; as sent when only a band was recorded",
            codes=("Low", "Medium", "High"),
        ),
        _c("source", "text", "Where it came from", nullable=False),
    ),
)

SUPPORT = Table(
    "support",
    "The team's list as at the month's end: gates and dates (G20-G33).",
    ("person_id",),
    (
        _PERSON,
        _c("offered", "date", "Support offered"),
        _c("consent", "text", "Latest consent", codes=("given", "refused", "withdrawn")),
        _c("consent_at", "date", "When"),
        _c("permission", "text", "Lead clinician permission", codes=("granted", "not granted")),
        _c("permission_at", "date", "When"),
        _c("capacity_at", "date", "Capacity reviewed"),
        _c("notice_at", "date", "Privacy notice served"),
        _c("start", "date", "Support started"),
        _c("end", "date", "Support ended"),
        _c("plan_at", "date", "Plan dated"),
        _c("plan_review_at", "date", "Plan review due"),
        _c("cmht", "text", "Community mental health team"),
        _c("lead_clinician", "text", "Lead clinician", personal=True),
        _c("contacts", "integer", "Contacts with the team so far", nullable=False),
    ),
)

TEAM_CONTACT = Table(
    "team_contact",
    "Contacts with the team as at the month's end.",
    ("person_id", "at", "position"),
    (
        _PERSON,
        _c("at", "date", "When", nullable=False),
        _c("position", "integer", "Order in the register", nullable=False),
        _c("kind", "text", "Kind of contact"),
        _c("police_present", "boolean", "A police member was present; null if not said"),
    ),
)

RANKED = Table(
    "ranked",
    "The monthly list: people to offer support to, by frequency x risk.",
    ("person_id",),
    (
        _c("rank", "integer", "1 = highest intensity", nullable=False),
        _PERSON,
        _c("intensity", "real", "Expected points x risk", "points x 1-5", nullable=False),
        _c("expected_points", "real", "Expected severity points in the next 3 months", "points", nullable=False),
        _c("points_3", "real", "Points in the last 3 months", "points"),
        _c("points_12", "real", "Points in the last 12 months", "points"),
        _c("contacts_3", "integer", "Contacts in the last 3 months", "contacts"),
        _c("contacts_12", "integer", "Contacts in the last 12 months", "contacts"),
        _c(
            "risk",
            "real",
            "Square root of likelihood x impact; median of those assessed if not assessed",
            "1 to 5",
            nullable=False,
        ),
        _c(
            "risk_source",
            "text",
            "Which grading it is",
            codes=("clinical", "public_safety", "not assessed"),
            nullable=False,
        ),
        _c("risk_band", "text", "Low, Medium, High, or not assessed"),
        _c("rank_if_low", "integer", "Rank if risk were Low (unassessed people only)"),
        _c("rank_if_high", "integer", "Rank if risk were High (unassessed people only)"),
        _c(
            "certainty",
            "text",
            "A: in the top N in 80% of draws; B: no reliable difference; C: under 20%",
            codes=("A", "B", "C"),
        ),
        _c("rank_low", "integer", "Best plausible rank (2.5% of draws)"),
        _c("rank_high", "integer", "Worst plausible rank (97.5% of draws)"),
        _c("label", "text", "Change label", codes=LABELS, nullable=False),
        _c("label_sentence", "text", "The label's reason in a sentence", nullable=False),
        _c("sentence", "text", "Why this rank, in a sentence", nullable=False),
        _c("presets", "text", "Published definitions of frequent that fire, joined by |", nullable=False),
        _c("estimated", "boolean", "A missing source-month was filled by the person's own average", nullable=False),
        _c("access", "text", "What may be shown", codes=("candidate", "supported"), nullable=False),
        _c("list", "text", "adult: ranked; under_18: listed apart", codes=("adult", "under_18"), nullable=False),
    ),
)

CHANGES = Table(
    "changes",
    "What differs from last month's list: people, identities, and restated figures.",
    ("kind", "person_id", "what"),
    (
        _c(
            "kind",
            "text",
            "Kind of change",
            nullable=False,
            codes=("new", "returned", "rising", "falling", "left", "merged", "split", "restated"),
        ),
        _c("person_id", "text", "Person, if it is about one", personal=True),
        _c("what", "text", "The change in a sentence", nullable=False),
        _c("rank_before", "integer", "Rank last month"),
        _c("rank_now", "integer", "Rank this month"),
    ),
)

ALIASES = Table(
    "aliases",
    "Former person ids: what each became, when and why.",
    ("old_id", "person_id", "month"),
    (
        _c("old_id", "text", "Former id", personal=True, nullable=False),
        _c("person_id", "text", "Id it became", personal=True, nullable=False),
        _MONTH,
        _c("kind", "text", "merge or split", codes=("merge", "split"), nullable=False),
        _c("reason", "text", "Why", nullable=False),
    ),
)

DECISIONS = Table(
    "decisions",
    "What reviewers decided about pairs; append-only, absolute until undone.",
    ("identity_a", "identity_b", "decided_at"),
    (
        _c("identity_a", "text", "One identity", personal=True, nullable=False),
        _c("identity_b", "text", "The other", personal=True, nullable=False),
        _c("decision", "text", "The decision", codes=("same", "different", "unsure"), nullable=False),
        _c("reviewer", "text", "Who decided", nullable=False),
        _c("decided_at", "timestamp", "When", "UTC", nullable=False),
        _c("note", "text", "Why"),
        _c("undone_at", "timestamp", "When it was undone", "UTC"),
    ),
)

REVIEW_QUEUE = Table(
    "review_queue",
    "Uncertain pairs and how much looking at each would change the ranked list: highest priority first.",
    ("identity_a", "identity_b"),
    (
        _c("identity_a", "text", "One identity", personal=True, nullable=False),
        _c("identity_b", "text", "The other", personal=True, nullable=False),
        _c("person_a", "text", "Person of the one", personal=True, nullable=False),
        _c("person_b", "text", "Person of the other", personal=True, nullable=False),
        _c("match_weight", "real", "log2 odds that they are one person", nullable=False),
        _c("match_probability", "real", "The same as a probability", "0 to 1", nullable=False),
        _c("priority", "real", "Expected change of the list if reviewed", nullable=False),
        _c("why", "text", "What makes it uncertain", nullable=False),
    ),
)

ADDRESS_DEMAND = Table(
    "address_demand",
    "Home addresses with many ambulance calls in a month (communal address >= 15), counted where the incident was at "
    "home: not a person, never matching evidence.",
    ("address", "month"),
    (
        _c("address", "text", "House, street and postcode", personal=True, nullable=False),
        _MONTH,
        _c("calls", "integer", "Distinct ambulance calls", "calls", nullable=False),
        _c("people", "integer", "Distinct people", "people", nullable=False),
    ),
)

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
PUBLISHED = {name: table for name, table in TABLES.items() if table.layer == "published"}
