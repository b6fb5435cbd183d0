"""What was received: deliveries, their rows standardised, dated facts, and what was set aside."""

from hiu.model.table import DELIVERY, FILE, ROW, SOURCE, Table, column
from hiu.model.words import FACTS, SEXES

IDENTITY_COLUMNS = (
    column("name_text", "text", "Name as shown to people", personal=True),
    column("given", "text", "First given name, folded (upper case, no accents or punctuation)", personal=True),
    column("middle", "text", "Further given names, folded, space separated", personal=True),
    column("family", "text", "Family name, folded; composite names keep one space between parts", personal=True),
    column(
        "aliases",
        "text",
        "Other names (AKA, nee, known as), each folded 'GIVEN FAMILY', sorted, joined by |",
        personal=True,
    ),
    column("dob", "date", "Date of birth; sentinels are null", personal=True),
    column(
        "birth_year",
        "integer",
        "Year of birth worked out from an age when there is no date of birth",
        "year",
        personal=True,
    ),
    column("sex", "text", "Sex or stated gender as recorded", codes=SEXES, personal=True),
    column(
        "nhs_number",
        "text",
        "NHS number, 10 digits, check digit valid and usable as evidence; else null",
        personal=True,
    ),
    column(
        "postcode", "text", "Home postcode, 'BS1 4ND' form, or outward part alone; pseudo codes are null", personal=True
    ),
    column("house", "text", "House or flat number of the home address, folded", personal=True),
    column("street", "text", "Street of the home address, folded", personal=True),
    column("local_ids", "text", "Local identifiers as scheme:value, sorted, joined by |", personal=True),
)

RECORD = Table(
    "record",
    "Every received row that could be read: standardised, not yet counted.",
    ("delivery_id", "source_row"),
    (
        DELIVERY,
        SOURCE,
        FILE,
        ROW,
        column("period", "date", "First day of the month the delivery is for; null for a register"),
        column(
            "quarantined",
            "boolean",
            "The row is in quarantine; it still links when its identity can be read",
            nullable=False,
        ),
        column("event_id", "text", "The source's own event key: what is counted"),
        column("record_id", "text", "The source's own row key: what a later load supersedes"),
        column("version", "text", "Sortable version stamp sent by the source, if it sends one"),
        column("deleted", "boolean", "The source says this event is deleted", nullable=False),
        column("duplicate_of", "text", "Event id of which this event is a duplicate"),
        column("start", "timestamp", "When the event or stay began", "UK local time"),
        column("end", "timestamp", "When the stay ended; null while open", "UK local time"),
        column("spell_id", "text", "Hospital spell a ward stay belongs to"),
        column("spell_end", "date", "Discharge date of the spell"),
        column("leave_start", "date", "First night of leave"),
        column("leave_end", "date", "Day of return from leave; null while away"),
        column("measures", "texts", "What the row may be counted as, by its source's TOML", nullable=False),
        column("related", "text", "Event of another source the row quotes, as source:event_id"),
        column("details", "text", "Further columns the source's TOML keeps, as JSON", personal=True),
        column("nobody", "boolean", "The row names nobody (unknown male, no name and no number)", nullable=False),
        *IDENTITY_COLUMNS,
        column("age", "integer", "Age as sent", "years", personal=True),
    ),
    "warehouse",
)

FACT = Table(
    "fact",
    "Dated facts of a register (the caseload), one row each; read as at the month's end.",
    ("delivery_id", "source_row", "fact", "position"),
    (
        DELIVERY,
        SOURCE,
        FILE,
        ROW,
        column("fact", "text", "What kind of fact", nullable=False, codes=FACTS),
        column("position", "integer", "Order of the fact in its cell, from 1", nullable=False),
        column("at", "date", "When it holds from; null when the register gives no date"),
        column("value", "text", "yes, no, withdrawn, a name, or a kind of contact", personal=True),
        column("role", "text", "Who owns the grading", codes=("clinical", "public_safety")),
        column("likelihood", "integer", "Likelihood", "1 to 5"),
        column("impact", "integer", "Impact", "1 to 5"),
        column("grade", "text", "Band as sent", codes=("Low", "Medium", "High")),
        column("police_present", "boolean", "A police member of the team was at the contact; null if not said"),
    ),
    "warehouse",
)

QUARANTINE = Table(
    "quarantine",
    "Every row set aside, with where, what and why; values are never kept here.",
    ("delivery_id", "source_row"),
    (
        DELIVERY,
        SOURCE,
        FILE,
        ROW,
        column("column", "text", "Column at fault; null when it is the row"),
        column("code", "text", "Short stable reason code", nullable=False),
        column("reason", "text", "The reason in a sentence: what was found and expected, no values", nullable=False),
    ),
)

DELIVERIES = Table(
    "deliveries",
    "Every delivery taken in: received = staged + quarantined.",
    ("delivery_id",),
    (
        DELIVERY,
        SOURCE,
        FILE,
        column("sha256", "text", "Digest of the file's bytes", nullable=False),
        column("bytes", "integer", "Size of the file", "bytes"),
        column("period", "date", "First day of the month it is for; null for a register"),
        column("received", "integer", "Data rows in the file", "rows", nullable=False),
        column("staged", "integer", "Rows loaded", "rows", nullable=False),
        column("quarantined", "integer", "Rows set aside", "rows", nullable=False),
        column("usual", "integer", "Median rows of the source's previous deliveries (up to 12)", "rows"),
        column("warning", "text", "What a person should know, e.g. '38% shorter than usual'"),
        column("replaced_by", "text", "Delivery that replaced this one (same file sent again, changed)"),
        column("run_id", "text", "Run that took it in", nullable=False),
    ),
)
