"""What the data protection officer and the team record: basis, disclosures, overrides, holds, consents, erasures.

Kept like other records (hiu.govern.records), but no figure hangs on them: they are read when something is about to
leave, not by the steps that count, so recording one makes no month be counted again.
"""

from hiu.model.table import PERSON, Table, column

PURPOSES = ("support", "planning")
"""support: offer and review support for people by name. planning: figures about the cohort, nobody in them."""

RECIPIENTS = ("group", "clinician", "analyst", "commissioner")
"""group: pack, workbook, list and charts. clinician: person sheet. analyst: names shown. commissioner: aggregates."""

DENIALS = ("objection", "national_opt_out", "restriction", "withdrawn", "died")
"""Codes of rows that forbid: UK GDPR articles 21 and 18 (restriction), the national data opt-out, consent to share
withdrawn, death."""

EVERY = "*"
"""Every person, or in a row that forbids every purpose or recipient."""

_WHO = column("by", "text", "Who recorded it, by name or role", nullable=False)
_WHEN = column("recorded_at", "timestamp", "When it was recorded", "UTC", nullable=False)

BASIS = Table(
    "basis",
    "Whether data about a person may go to a recipient for a purpose; a row that forbids wins, and what no row "
    "allows is withheld. The rows for everybody ('*') are in site.toml.",
    ("person_id", "purpose", "recipient", "code"),
    (
        column("person_id", "text", "Person, or '*' for everybody", personal=True, nullable=False),
        column("purpose", "text", "What for; '*' = any (only in a row that forbids)", nullable=False),
        column("recipient", "text", "Who to; '*' = any (only in a row that forbids)", nullable=False),
        column("code", "text", "The lawful basis, or why it is forbidden", nullable=False),
        column("allow", "boolean", "True: may go; false: may not", nullable=False),
        column("decided_by", "text", "Who decided it", nullable=False),
        column("evidence", "text", "Where the decision is kept", nullable=False),
        column("start", "date", "First day it holds", nullable=False),
        column("end", "date", "Last day it holds; empty = until changed"),
        _WHEN,
    ),
    "records",
)

DISCLOSURES = Table(
    "disclosures",
    "What left, to whom, on what basis, why that was necessary and proportionate (G41, G48-52).",
    ("disclosure_id",),
    (
        column("disclosure_id", "text", "Id of the entry", nullable=False),
        column("at", "timestamp", "When", "UTC", nullable=False),
        column("what", "text", "What left: pack, person sheet, board release, names shown ...", nullable=False),
        column("person_id", "text", "Whom it is about; empty = the people of a list", personal=True),
        column("people", "integer", "How many people it is about", "people"),
        column("withheld", "integer", "How many it would have been about, and may not", "people"),
        column("recipient", "text", "Who to", nullable=False),
        column("purpose", "text", "What for", nullable=False),
        column("basis", "text", "Codes of the basis it rests on, joined by |", nullable=False),
        column("necessity", "text", "Why it had to be shared", nullable=False),
        column("proportionality", "text", "Why no more than that was shared", nullable=False),
        _WHO,
        column("automatic", "boolean", "Entered by the program when it made the output", nullable=False),
        column("file", "text", "Folder or file it left in"),
    ),
    "records",
)

OVERRIDES = Table(
    "overrides",
    "Named, reasoned leave to make a person sheet of somebody who is not supported (G18, G57).",
    ("person_id", "at"),
    (
        PERSON,
        column("at", "timestamp", "When", "UTC", nullable=False),
        column("reason", "text", "Why", personal=True, nullable=False),
        _WHO,
        column("until", "date", "Last day it holds", nullable=False),
    ),
    "records",
)

HOLDS = Table(
    "holds",
    "Records that may not be erased: a complaint, an inquest, proceedings, a death. The last row of a person holds.",
    ("person_id",),
    (
        PERSON,
        column("held", "boolean", "True: on hold; false: lifted", nullable=False),
        column("reason", "text", "Why", personal=True, nullable=False),
        _WHO,
        _WHEN,
    ),
    "records",
)

FAMILY_CONSENTS = Table(
    "family_consents",
    "Consent to speak with a named family member (G24).",
    ("person_id", "member"),
    (
        PERSON,
        column("member", "text", "Who they are, as the team writes it", personal=True, nullable=False),
        column("given", "boolean", "True: given; false: refused or withdrawn", nullable=False),
        column("at", "date", "When", nullable=False),
        column("until", "date", "When it has to be asked for again"),
        _WHO,
    ),
    "records",
)

REVIEWS = Table(
    "retention_reviews",
    "What somebody decided about a record that was due for review.",
    ("person_id", "event"),
    (
        PERSON,
        column(
            "event",
            "text",
            "Why it was due",
            codes=("age", "exit", "death", "move", "contact before death"),
            nullable=False,
        ),
        column(
            "decision", "text", "What was decided", codes=("keep", "erase", "referred", "not referred"), nullable=False
        ),
        column("reason", "text", "Why", personal=True, nullable=False),
        column("next_on", "date", "When to look again"),
        _WHO,
        _WHEN,
    ),
    "records",
)

TOMBSTONES = Table(
    "tombstones",
    "Keyed digests of how an erased person was described: rows that match are set aside at intake as 'erased'.",
    ("token",),
    (
        column(
            "token",
            "text",
            "HMAC of a number, a local id, a name and date of birth, or a whole description",
            nullable=False,
        ),
        column("erasure", "text", "Token of the erasure it belongs to", nullable=False),
        column("at", "timestamp", "When", "UTC", nullable=False),
    ),
    "records",
)

KEY_TURNS = Table(
    "key_turns",
    "Which key a recipient's tokens are made with: each turn is a new key, and the old tokens can still be traced.",
    ("recipient", "turn"),
    (
        column("recipient", "text", "Recipient of the tokens", nullable=False),
        column("turn", "integer", "Number of the key; 1 = the first", nullable=False),
        column("reason", "text", "Why it was turned", nullable=False),
        _WHO,
        _WHEN,
    ),
    "records",
)

GOVERNED = {
    table.name: table
    for table in (BASIS, DISCLOSURES, OVERRIDES, HOLDS, FAMILY_CONSENTS, REVIEWS, TOMBSTONES, KEY_TURNS)
}
