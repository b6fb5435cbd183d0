"""What a table and a column are, and the columns many tables share."""

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
    """A table: one row per `key`; `layer` is warehouse (working), published (people read it) or records (typed in)."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    layer: Literal["warehouse", "published", "records"] = "published"

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]


def column(
    name: str,
    type: Type,
    meaning: str,
    unit: str = "",
    *,
    personal: bool = False,
    nullable: bool = True,
    codes: tuple[str, ...] = (),
) -> Column:
    """A column, nullable and not personal unless said."""
    return Column(name, type, meaning, unit, personal, nullable, codes)


DELIVERY = column("delivery_id", "text", "Delivery the row came in", nullable=False)
SOURCE = column("source", "text", "Source the row came from", nullable=False)
FILE = column("source_file", "text", "File, relative to the raw folder, with forward slashes", nullable=False)
ROW = column(
    "source_row",
    "integer",
    "1-based data record in the file; header, title and wholly blank rows not counted",
    nullable=False,
)
PERSON = column(
    "person_id",
    "text",
    "HIU- and 8 base32 characters: stable in the site, meaningless outside it",
    personal=True,
    nullable=False,
)
MONTH = column("month", "date", "First day of the calendar month (UK local time)", nullable=False)
