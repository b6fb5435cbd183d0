"""Frames of model.RECORD and model.FACT with sound rows, for tests to spoil."""

from datetime import date, datetime
from typing import Any

import polars as pl

from hiu.model import FACT, RECORD, Table
from hiu.sources import Source

TYPES: dict[str, Any] = {
    "text": pl.String,
    "texts": pl.List(pl.String),
    "integer": pl.Int64,
    "real": pl.Float64,
    "boolean": pl.Boolean,
    "date": pl.Date,
    "timestamp": pl.Datetime("us"),
}

SOURCE = Source.model_validate(
    {
        "name": "wards",
        "title": "Wards",
        "kind": "stays",
        "agency": "mh",
        "file": {"pattern": "wards*.csv"},
        "key": {"event": ["ref"], "record": ["ref", "part"], "version": "sent"},
        "fields": {
            "ref": {"columns": ["Ref"]},
            "part": {"columns": ["Part"]},
            "sent": {"columns": ["Sent"]},
            "start": {"columns": ["Start"], "type": "timestamp"},
            "end": {"columns": ["End"], "type": "timestamp"},
            "spell_end": {"columns": ["Discharged"], "type": "date"},
            "leave_start": {"columns": ["Leave"], "type": "date"},
            "leave_end": {"columns": ["Back"], "type": "date"},
            "name": {"columns": ["Name"], "type": "name"},
            "dob": {"columns": ["DOB"], "type": "dob"},
            "age": {"columns": ["Age"], "type": "age"},
            "sex": {"columns": ["Sex"], "type": "sex"},
            "nhs_number": {"columns": ["NHS"], "type": "nhs_number", "required": True},
            "postcode": {"columns": ["PC"], "type": "postcode"},
            "local": {"columns": ["Id"], "type": "local_id", "scheme": "rio"},
            "call": {"columns": ["CAD"], "type": "related", "source": "ambulance"},
            "ward": {
                "columns": ["Ward"],
                "type": "code",
                "codes": {"A": "acute", "P": "picu", "?": ""},
                "unlisted": "quarantine",
            },
        },
        "keep": ["ward"],
        "measures": [{"name": "mh_stay"}, {"name": "mh_other"}],
        "counts": {"mh_bed_day": {"measures": ["mh_stay"], "unit": "net_night"}},
        "facts": [{"columns": ["RQM"], "fact": "grading"}],
    }
)


def frame(table: Table, rows: int, values: dict[str, Any]) -> pl.DataFrame:
    """A frame of a table: each value repeated, or a list of one per row; the rest null."""
    filled = {name: value if isinstance(value, list) else [value] * rows for name, value in values.items()}
    return pl.DataFrame(
        {
            column.name: pl.Series(filled.get(column.name, [None] * rows), dtype=TYPES[column.type])
            for column in table.columns
        }
    )


def records(rows: int = 5, **values: Any) -> pl.DataFrame:
    """Sound records of SOURCE, but for what is given (lists hold a value per row; for `measures`, lists of lists)."""
    sound = {
        "delivery_id": "d1",
        "source": "wards",
        "source_file": "2026-03/wards.csv",
        "source_row": [n + 1 for n in range(rows)],
        "period": date(2026, 3, 1),
        "quarantined": False,
        "event_id": [f"E{n}" for n in range(rows)],
        "record_id": [f"E{n}|1" for n in range(rows)],
        "version": "1",
        "deleted": False,
        "start": datetime(2026, 3, 5, 12),
        "end": datetime(2026, 3, 5),
        "spell_end": date(2026, 3, 9),
        "leave_start": date(2026, 3, 6),
        "leave_end": date(2026, 3, 6),
        "measures": [["mh_stay"]] * rows,
        "related": "ambulance:260305-1",
        "details": '{"ward":"acute"}',
        "nobody": False,
        "given": "ANNA",
        "family": "DE SOUZA",
        "dob": date(1990, 1, 31),
        "sex": "F",
        "nhs_number": "9990000018",
        "postcode": "BS1 4ND",
        "local_ids": "rio:100|rio:200",
        "age": 36,
        "birth_year": 1990,
    }
    return frame(RECORD, rows, sound | values)


def facts(rows: int = 3, **values: Any) -> pl.DataFrame:
    """Sound facts of SOURCE, but for what is given."""
    sound = {
        "delivery_id": "d1",
        "source": "wards",
        "source_file": "w.csv",
        "source_row": [n + 1 for n in range(rows)],
        "fact": "grading",
        "position": 1,
        "at": date(2026, 1, 1),
        "role": "clinical",
        "likelihood": 4,
        "impact": 5,
        "grade": "High",
    }
    return frame(FACT, rows, sound | values)
