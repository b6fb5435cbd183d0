"""What an operator took back, and the copies that were made: read by the run itself, not counted from."""

from hiu.model.table import DELIVERY, FILE, SOURCE, Table, column

_WHY = column("reason", "text", "Why", nullable=False)
_BY = column("by", "text", "Who did it, by name or role", nullable=False)
_AT = column("at", "timestamp", "When", "UTC", nullable=False)

WITHDRAWN = Table(
    "withdrawn_deliveries",
    "Deliveries that were taken back: not counted while withdrawn, and what they had replaced holds again.",
    ("delivery_id",),
    (
        DELIVERY,
        SOURCE,
        FILE,
        column("withdrawn", "boolean", "True: taken back; false: in force again", nullable=False),
        _WHY,
        _BY,
        _AT,
    ),
    "records",
)

ROLLED_BACK = Table(
    "rolled_back",
    "Published runs that were taken back: an earlier run of the month is shown instead.",
    ("folder",),
    (
        column("folder", "text", "Folder of the run", nullable=False),
        column("month", "text", "Its month, as 2026-03", nullable=False),
        column("away", "boolean", "True: taken back; false: it may be shown again", nullable=False),
        _WHY,
        _BY,
        _AT,
    ),
    "records",
)

BACKUPS = Table(
    "backups",
    "Copies of the site that were made, so that an erasure can find them.",
    ("path",),
    (
        column("path", "text", "File", nullable=False),
        column("sha256", "text", "Digest of its bytes; empty once it was destroyed"),
        column("there", "boolean", "False once it was destroyed", nullable=False),
        _AT,
    ),
    "records",
)

TAKEN_BACK = {table.name: table for table in (WITHDRAWN, ROLLED_BACK, BACKUPS)}
