"""A field's dates as sent, with what is to be said of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from hiu.errors import InputRefused
from hiu.extract.dates.formats import written
from hiu.extract.files.numbering import Numbering
from hiu.extract.values.dates import read_stamps
from hiu.extract.values.forms import order
from hiu.sources import Source


@dataclass(frozen=True, kw_only=True)
class Column:
    """A field's cells as sent, the forms it is read by, and whether counts rest on it: a date that says when an event
    or stay was, which row holds, or what is agreed with a person."""

    name: str
    header: str
    forms: tuple[str, ...]
    texts: pl.Series
    rows: pl.Series
    numbering: Numbering
    source: Source
    file: str
    decides: bool

    @property
    def order(self) -> str:
        """Whether the day or the month comes first in the mapping's forms."""
        return next(filter(None, map(order, self.forms)), "day")

    def unread(self) -> pl.Series:
        """Cells that hold something no form reads."""
        return self.texts.is_not_null() & read_stamps(self.texts, self.forms)["stamp"].is_null()

    def refusal(self, code: str, sentence: str) -> InputRefused:
        """The file refused for this field."""
        return InputRefused(code, sentence, file=self.file, column=self.header)

    def at(self, where: pl.Series) -> str:
        """How many of the filled rows these are, and on which lines."""
        rows = self.rows.filter(where)
        return f"{len(rows):,} of {self.texts.count():,} rows ({self.numbering.named(rows)})"

    def line(self, forms: Sequence[str]) -> str:
        """What to write into the source's TOML."""
        return f"write in the source's TOML, under [fields.{self.name}]: formats = {written(forms)}"
