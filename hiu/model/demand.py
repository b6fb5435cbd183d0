"""What was counted, and what the team's register says as at the month's end."""

from hiu.model.table import MONTH, PERSON, Table, column

COVERAGE = Table(
    "coverage",
    "Which months each data set's source supplied: what is not here is missing, not zero.",
    ("month", "dataset"),
    (
        MONTH,
        column("dataset", "text", "Data set", nullable=False),
        column("source", "text", "Source it is counted from", nullable=False),
        column("supplied", "boolean", "A delivery for that month was received", nullable=False),
    ),
)

MONTHLY_DEMAND = Table(
    "monthly_demand",
    "Demand per person, month and data set. A supplied cell with nothing to count has no row and means 0 "
    "(see coverage); a cell not supplied is a row with n null.",
    ("person_id", "month", "dataset"),
    (
        PERSON,
        MONTH,
        column("dataset", "text", "Data set (domain: the five minimum data sets, s136 and MHA apart)", nullable=False),
        column("n", "integer", "Distinct events, or net bed nights; null when not supplied", "events or nights"),
        column("supplied", "boolean", "The source supplied that month", nullable=False),
    ),
)

MONTHLY_EXTRA = Table(
    "monthly_extra",
    "Side measures beside the data sets: never added to them.",
    ("person_id", "month", "measure"),
    (
        PERSON,
        MONTH,
        column(
            "measure",
            "text",
            "ambulance_call, mh_gross_night, mh_leave_night, mh_admission_zero_night, "
            "left_before_treatment, mha_not_completed, s136_police, s136_health, s136_both, episode ...",
            nullable=False,
        ),
        column("n", "integer", "Count", "events or nights", nullable=False),
    ),
)

RISK_GRADING = Table(
    "risk_grading",
    "Risk gradings as at the month's end; clinical and public-safety are never averaged (G43).",
    ("person_id", "at", "role", "source"),
    (
        PERSON,
        column("at", "date", "When it was graded", nullable=False),
        column("role", "text", "Who owns it", codes=("clinical", "public_safety"), nullable=False),
        column("likelihood", "integer", "Likelihood", "1 to 5"),
        column("impact", "integer", "Impact", "1 to 5"),
        column(
            "grade",
            "text",
            "Band: L x I <= 4 Low, 5-12 Medium, >= 15 High; as sent when only a band was recorded",
            codes=("Low", "Medium", "High"),
        ),
        column("source", "text", "Where it came from", nullable=False),
    ),
)

SUPPORT = Table(
    "support",
    "The team's list as at the month's end: gates and dates (G20-G33).",
    ("person_id",),
    (
        PERSON,
        column("offered", "date", "Support offered"),
        column("consent", "text", "Latest consent", codes=("given", "refused", "withdrawn")),
        column("consent_at", "date", "When"),
        column("permission", "text", "Lead clinician permission", codes=("granted", "not granted")),
        column("permission_at", "date", "When"),
        column("capacity_at", "date", "Capacity reviewed"),
        column("notice_at", "date", "Privacy notice served"),
        column("start", "date", "Support started"),
        column("end", "date", "Support ended"),
        column("plan_at", "date", "Plan dated"),
        column("plan_review_at", "date", "Plan review due"),
        column("cmht", "text", "Community mental health team"),
        column("lead_clinician", "text", "Lead clinician", personal=True),
        column("contacts", "integer", "Contacts with the team so far", nullable=False),
    ),
)

TEAM_CONTACT = Table(
    "team_contact",
    "Contacts with the team as at the month's end.",
    ("person_id", "at", "position"),
    (
        PERSON,
        column("at", "date", "When", nullable=False),
        column("position", "integer", "Order in the register", nullable=False),
        column("kind", "text", "Kind of contact"),
        column("police_present", "boolean", "A police member was present; null if not said"),
    ),
)

ADDRESS_DEMAND = Table(
    "address_demand",
    "Home addresses with many ambulance calls in a month (communal address >= 15), counted where the incident was at "
    "home: not a person, never matching evidence.",
    ("address", "month"),
    (
        column("address", "text", "House, street and postcode", personal=True, nullable=False),
        MONTH,
        column("calls", "integer", "Distinct ambulance calls", "calls", nullable=False),
        column("people", "integer", "Distinct people", "people", nullable=False),
    ),
)
