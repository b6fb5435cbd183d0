"""Who is who: descriptions, clusters, people, and what reviewers decided."""

from hiu.model.received import IDENTITY_COLUMNS
from hiu.model.table import DELIVERY, FILE, MONTH, PERSON, ROW, SOURCE, Table, column
from hiu.model.words import HOW, SEXES, STATUSES

IDENTITY = Table(
    "identity",
    "Distinct ways a person is described; a name with nothing else, and rows that name nobody, stand alone.",
    ("identity_id",),
    (
        column("identity_id", "text", "First 16 hex digits of the MD5 of the tuple", personal=True, nullable=False),
        *IDENTITY_COLUMNS,
        column("nobody", "boolean", "Names nobody: never compared, a person of its own", nullable=False),
        column("sources", "text", "Sources it appears in, sorted, joined by |"),
        column("rows", "integer", "Rows in force; 0 = only in a delivery since replaced", "rows", nullable=False),
        column("first_period", "date", "Earliest delivery month it was seen in; null if only in a register"),
    ),
    "warehouse",
)

CLUSTER = Table(
    "cluster",
    "Which identities are one person (the matcher's answer).",
    ("identity_id",),
    (
        column("identity_id", "text", "Identity", personal=True, nullable=False),
        PERSON,
        column(
            "match_weight",
            "real",
            "log2 odds of the strongest link that holds the identity in its cluster; null if single",
        ),
        column("match_probability", "real", "The same as a probability", "0 to 1"),
        column("how", "text", "What joined it", codes=HOW, nullable=False),
    ),
    "warehouse",
)

LINKS = Table(
    "links",
    "Every row ever received, traced to a person.",
    ("delivery_id", "source_row"),
    (
        SOURCE,
        FILE,
        ROW,
        DELIVERY,
        column("status", "text", "What became of the row", codes=STATUSES, nullable=False),
        column("event_id", "text", "The source's own event key"),
        column("identity_id", "text", "Identity of the row; null only if unreadable", personal=True),
        column("person_id", "text", "Person; null only if the row was unreadable", personal=True),
        column("match_weight", "real", "log2 odds of the link that joined the identity"),
        column("match_probability", "real", "The same as a probability", "0 to 1"),
        column("how", "text", "What joined it", codes=HOW),
    ),
)

PEOPLE = Table(
    "people",
    "One row a person: how to show them, and where they were seen.",
    ("person_id",),
    (
        PERSON,
        column("name_text", "text", "Name most often sent", personal=True),
        column("dob", "date", "Date of birth most often sent", personal=True),
        column("birth_year", "integer", "Year of birth when there is only an age", "year", personal=True),
        column("sex", "text", "Sex most often sent", codes=SEXES, personal=True),
        column("nhs_number", "text", "NHS number most often sent", personal=True),
        column("postcode", "text", "Latest postcode", personal=True),
        column("aliases", "text", "Other names seen, joined by |", personal=True),
        column("first_seen", "date", "Earliest event"),
        column("last_seen", "date", "Latest event"),
        column("sources", "text", "Sources seen in, joined by |"),
        column("rows", "integer", "Rows linked", "rows"),
        column("identities", "integer", "Ways the person is described"),
        column("named", "boolean", "Somebody: false for a row that names nobody", nullable=False),
        column("died", "date", "Date of death if a register says so", personal=True),
        column("two_nhs_numbers", "boolean", "Conflict: more than one valid NHS number", nullable=False),
        column("two_dobs", "boolean", "Conflict: more than one date of birth", nullable=False),
    ),
)

ALIASES = Table(
    "aliases",
    "Former person ids: what each became, when and why.",
    ("old_id", "person_id", "month"),
    (
        column("old_id", "text", "Former id", personal=True, nullable=False),
        column("person_id", "text", "Id it became", personal=True, nullable=False),
        MONTH,
        column("kind", "text", "merge or split", codes=("merge", "split"), nullable=False),
        column("reason", "text", "Why", nullable=False),
    ),
)

DECISIONS = Table(
    "decisions",
    "What reviewers decided about pairs; append-only, absolute until undone.",
    ("identity_a", "identity_b", "decided_at"),
    (
        column("identity_a", "text", "One identity", personal=True, nullable=False),
        column("identity_b", "text", "The other", personal=True, nullable=False),
        column("decision", "text", "The decision", codes=("same", "different", "unsure"), nullable=False),
        column("reviewer", "text", "Who decided", nullable=False),
        column("decided_at", "timestamp", "When", "UTC", nullable=False),
        column("note", "text", "Why"),
        column("undone_at", "timestamp", "When it was undone", "UTC"),
        column("undone_by", "text", "Who undid it"),
    ),
)

REVIEW_QUEUE = Table(
    "review_queue",
    "Uncertain pairs and how much looking at each would change the ranked list: highest priority first.",
    ("identity_a", "identity_b"),
    (
        column("identity_a", "text", "One identity", personal=True, nullable=False),
        column("identity_b", "text", "The other", personal=True, nullable=False),
        column("person_a", "text", "Person of the one", personal=True, nullable=False),
        column("person_b", "text", "Person of the other", personal=True, nullable=False),
        column("match_weight", "real", "log2 odds that they are one person", nullable=False),
        column("match_probability", "real", "The same as a probability", "0 to 1", nullable=False),
        column("priority", "real", "Expected change of the list if reviewed", nullable=False),
        column("why", "text", "What makes it uncertain", nullable=False),
        column("place", "integer", "Order in which to look: 1 first", nullable=False),
        column("chance", "real", "How likely they are one person, all in all", "0 to 1", nullable=False),
        column("together", "boolean", "They are one person as things stand", nullable=False),
        column("moved", "integer", "Rows that would change hands if that is wrong", "rows", nullable=False),
        column("double", "boolean", "In the sample that two people look at", nullable=False),
    ),
)
