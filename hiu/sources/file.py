"""How the files of a source are found and laid out."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from hiu.errors import UsageError
from hiu.toml_words import Frozen

__all__ = ["NAME", "FileSpec", "Frozen", "Unpivot"]
NAME = re.compile(r"[a-z][a-z0-9_]*")

"""What a source or a connection may be called: the connection itself, with its password, is none."""


def require_name(name: str) -> None:
    """Raises UsageError for a name that no source can have."""
    if not NAME.fullmatch(name):
        raise UsageError(f"'{name}' is no name of a source: expected small letters, digits and _, such as crisis_line")


class Unpivot(Frozen):
    """A table with a column for each month, turned into rows of person, month and n."""

    columns: str = Field(description="the headers: 'Jan-26...Mar-26' from one to the other, or with * and ?")
    month: str = Field("%b-%y", description="how a header writes its month, as strptime: %b-%y")


class FileSpec(Frozen):
    """Where a delivery is and how its bytes become text."""

    pattern: str | tuple[str, ...] = Field(
        (), description="file names with * and ?, any case: 'police*.csv', or several; a query needs none"
    )
    leaves: tuple[str, ...] = Field((), description="of the names that fit, those of another source's files")
    encodings: tuple[str, ...] = ("utf-8-sig", "cp1252")
    delimiter: str = Field("auto", description="one character, or auto: comma, pipe, tab, semicolon")
    sheet: str | None = Field(None, description="XLSX sheet; fuzzy-matched; needed if the workbook has several")
    sheets: Literal["one", "all"] = Field(
        "one", description="all: every sheet with the same columns is read, in any order, one below another"
    )
    header_row: int | None = Field(None, ge=1, description="physical row of the header; None = found by its names")
    header_rows: int = Field(1, ge=1, le=3, description="rows that the header takes: their words are joined")
    fill_down: tuple[str, ...] = Field(
        (), description="headers whose value stands once, above the rows it holds for: an empty cell takes it"
    )
    unpivot: Unpivot | None = Field(None, description="a column a month: each becomes rows of month and n")
    query: str | None = Field(None, description="SQL asked of a database in place of a file")
    dsn: str | None = Field(None, description="name of the connection in the site's secrets that the query is put to")
    covers: Literal["month", "from rows", "cumulative"] = Field(
        "month",
        description="month: the month of its path; from rows: every month from its first row to its last full one "
        "(default of counts); cumulative: from its first row to the month of its path, and it replaces what was sent "
        "for earlier months of that span",
    )
    empty: Literal["missing", "no events"] = Field(
        "missing",
        description="what a file without rows says of its month, and a file that covers several of one without rows: "
        "missing: it was not supplied; no events: there were none",
    )
    empty_cells: Literal["missing", "nought"] = Field(
        "missing", description="counts: what an empty number means; nought only where the sender leaves out noughts"
    )
    open_stays: Literal["resent", "once"] = Field(
        "once", description="resent: each file sends every open stay again, so one no longer sent has ended"
    )
    footers: tuple[str, ...] = Field(
        ("total", "grand total", "end of report", "end of file", "records:", "record count", "row count", "rows:"),
        description="a row whose first cell starts so, at the end, is not data",
    )

    @field_validator("dsn")
    @classmethod
    def _is_a_name(cls, name: str | None) -> str | None:
        if name is not None and not NAME.fullmatch(name):
            raise ValueError("expected the name of a connection, small letters, digits and _, that 'hiu connect' keeps")
        return name

    @model_validator(mode="after")
    def _found_somewhere(self) -> FileSpec:
        if not self.pattern and not self.query:
            raise ValueError('expected pattern = "...", the names of its files, or query and dsn')
        if bool(self.query) != bool(self.dsn):
            raise ValueError("query and dsn belong together: what is asked, and the name of the connection")
        return self

    @model_validator(mode="before")
    @classmethod
    def _months_of_columns(cls, values: dict[str, object]) -> dict[str, object]:
        """A column a month supplies each of its months, unless the source says otherwise."""
        return {"covers": "from rows", **values} if isinstance(values, dict) and values.get("unpivot") else values

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns, also if there is one only."""
        return (self.pattern,) if isinstance(self.pattern, str) else self.pattern
