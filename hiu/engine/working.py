"""Working tables: those SQL builds on the way, beside the ones of hiu.model. Never published."""

from hiu.model import TABLES, Column, Table, Type


def _t(name: str, meaning: str, key: str, **columns: tuple[Type, str]) -> Table:
    made = tuple(Column(column.rstrip("_"), kind, text) for column, (kind, text) in columns.items())
    return Table(name, meaning, tuple(key.split()), made, "warehouse")


COUNTING = _t(
    "counting",
    "What counts as what, from the sources' TOML and the site's toggles.",
    "dataset measure source extra",
    dataset=("text", "Data set or side measure"),
    measure=("text", "Measure a row has"),
    unit=("text", "event, net_night, gross_night, leave_night or zero_night_stay"),
    source=("text", "Source of the row"),
    extra=("boolean", "A side measure, never added to a data set"),
)
CALENDAR = _t(
    "calendar",
    "Every month from the first supplied to the run's, for every source that is no register.",
    "month source",
    month=("date", "First day"),
    source=("text", "Source"),
    supplied=("boolean", "A delivery came for it"),
)
CURRENT = _t(
    "current",
    "Deliveries a month may see, in order, and which are in force.",
    "delivery_id",
    delivery_id=("text", "Delivery"),
    source=("text", "Source"),
    source_file=("text", "File"),
    period=("date", "Month it is for; null for a register"),
    sequence=("integer", "Order: period, then file"),
    in_force=("boolean", "Not replaced, and the latest if a register"),
)
RECORD_IDENTITY = _t(
    "record_identity",
    "The identity of each row.",
    "delivery_id source_row",
    delivery_id=("text", "Delivery"),
    source_row=("integer", "Row"),
    identity_id=("text", "Identity"),
)
IDENTITY_EVENT = _t(
    "identity_event",
    "Which identity was at which event that another source quotes.",
    "identity_id source event",
    identity_id=("text", "Identity"),
    source=("text", "Source of the row"),
    event=("text", "Event, as source:event_id"),
)
LATEST = _t(
    "latest",
    "What became of each row: live if it is the row of its key that holds.",
    "delivery_id source_row",
    delivery_id=("text", "Delivery"),
    source_row=("integer", "Row"),
    source=("text", "Source"),
    event_id=("text", "Event"),
    duplicate_of=("text", "Event it duplicates"),
    related=("text", "Event quoted"),
    start=("timestamp", "When it began"),
    measures=("texts", "What it may count as"),
    identity_id=("text", "Identity"),
    person_id=("text", "Person"),
    nobody=("boolean", "Names nobody"),
    match_weight=("real", "As in links"),
    match_probability=("real", "As in links"),
    how=("text", "As in links"),
    state=("text", "live, superseded, deleted or quarantined"),
)
EVENT = _t(
    "event",
    "One row per data set, person and incident.",
    "dataset side source event_id person_id",
    dataset=("text", "Data set or side measure"),
    extra=("boolean", "A side measure"),
    side=("text", "s136 only: police or health, else empty"),
    source=("text", "Source"),
    event_id=("text", "Event counted; duplicates of it are not"),
    person_id=("text", "Person"),
    nobody=("boolean", "Names nobody"),
    start=("timestamp", "When it began"),
    month=("date", "Month it counts in"),
    matched=("boolean", "s136 only: seen by police and health"),
    counted=("boolean", "Adds one to its data set: in a supplied month, and not s136 counted by health already"),
)
STAY_NIGHT = _t(
    "stay_night",
    "Nights in a bed per person and month.",
    "dataset person_id month",
    dataset=("text", "Data set or side measure"),
    person_id=("text", "Person"),
    nobody=("boolean", "Names nobody"),
    month=("date", "Month"),
    gross=("integer", "Nights of any stay, each once"),
    leave=("integer", "Of those, nights on leave"),
    net=("integer", "Nights in the bed"),
    zero_night=("integer", "Admissions that ended the day they began"),
)
EPISODE = _t(
    "episode",
    "Crisis episodes: contacts of one person, each within the hours of the one before.",
    "person_id episode",
    person_id=("text", "Person"),
    episode=("integer", "Number, from 1"),
    start=("timestamp", "First contact"),
    end=("timestamp", "Last contact"),
    contacts=("integer", "Events"),
    sources=("text", "Sources, joined by |"),
)
MONTHLY_TOTAL = _t(
    "monthly_total",
    "Demand per month and data set, rows that name nobody included.",
    "month dataset",
    month=("date", "Month"),
    dataset=("text", "Data set"),
    n=("integer", "Of people; null when not supplied"),
    people=("integer", "People counted"),
    nobody=("integer", "Beside n: what rows that name nobody add"),
    supplied=("boolean", "The source supplied it"),
)
RESTATED = _t(
    "restated",
    "How a new count of closed months differs from the published one.",
    "month dataset",
    month=("date", "Month"),
    dataset=("text", "Data set"),
    added=("integer", "Events or nights added"),
    removed=("integer", "Events or nights removed"),
    supplied_before=("boolean", "It was supplied then"),
    supplied_now=("boolean", "It is supplied now"),
)

DELIVERY_RECIPE = _t(
    "delivery_recipe",
    "By what definition and code each delivery was read.",
    "delivery_id",
    delivery_id=("text", "Delivery"),
    recipe=("text", "Digest of its source's TOML, the settings and the code"),
)
STEP_DONE = _t(
    "step_done",
    "The fingerprint each step last ended with.",
    "step",
    step=("text", "Step"),
    fingerprint=("text", "Digest of all it depends on"),
)
RELEASE = _t(
    "release",
    "What was published.",
    "folder",
    month=("text", "Month"),
    folder=("text", "Folder"),
    fingerprint=("text", "Digest of all it was made from"),
)
PERSON_LEDGER = _t(
    "person_ledger",
    "Who each identity was, month by month.",
    "identity_id month",
    identity_id=("text", "Identity"),
    person_id=("text", "Person"),
    month=("date", "Month"),
)

MEETING_FACT = _t(
    "meeting_fact",
    "Gradings and gates that meetings recorded about earlier lists.",
    "person_id fact role at position",
    person_id=("text", "Person, by the id they have now"),
    fact=("text", "grading, permission, consent or capacity"),
    role=("text", "Who owns a grading: clinical or public_safety"),
    at=("date", "When it was recorded"),
    position=("integer", "Order of recording"),
    value=("text", "Word of a gate"),
    likelihood=("integer", "1 to 5"),
    impact=("integer", "1 to 5"),
)

BROUGHT_BACK = _t(
    "brought_back",
    "What a delivery that was taken back had replaced.",
    "delivery_id by",
    delivery_id=("text", "Delivery that holds again"),
    by=("text", "Delivery that was taken back"),
)
REREAD_REFUSED = _t(
    "reread_refused",
    "Deliveries that hold as they were read before, since the recipe of now can't read them.",
    "delivery_id",
    delivery_id=("text", "Delivery"),
    recipe=("text", "The recipe that can't"),
    reason=("text", "Why it can't"),
)
SCHEMA_VERSION = _t(
    "schema_version", "Which form of the tables this warehouse has.", "version", version=("integer", "Number")
)

WORKING: dict[str, Table] = {
    table.name: table
    for table in (
        COUNTING,
        CALENDAR,
        CURRENT,
        RECORD_IDENTITY,
        IDENTITY_EVENT,
        LATEST,
        EVENT,
        STAY_NIGHT,
        EPISODE,
        MONTHLY_TOTAL,
        RESTATED,
        DELIVERY_RECIPE,
        STEP_DONE,
        RELEASE,
        PERSON_LEDGER,
        MEETING_FACT,
        BROUGHT_BACK,
        REREAD_REFUSED,
        SCHEMA_VERSION,
    )
}

KNOWN: dict[str, Table] = {**TABLES, **WORKING}
"""Every table whose columns and types are declared."""

SQL_TYPES: dict[Type, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "real": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "texts": "VARCHAR[]",
}
