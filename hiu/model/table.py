"""What a table and a column are."""

from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "integer", "real", "boolean", "date", "timestamp", "texts"]
Layer = Literal["warehouse", "published", "places", "pathway", "mart", "records", "operator", "working"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its type, meaning, unit, and whether it identifies or describes a person."""

    name: str
    type: Type
    meaning: str
    unit: str = ""
    personal: bool = False
    nullable: bool = True
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: one row per `key`.

    `layer` is published (people read it), places or pathway (published too, by a site that has a crosswalk or a source
    of the crisis pathway), mart (made of those for other tools), warehouse (kept beside them), working (SQL builds it
    on the way), records (typed in, for governance) or operator (what the operator took back and copied).
    `later` is true of a published table that came after the first version, which older months lack.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    layer: Layer
    later: bool = False

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]
