"""A first mapping of an unfamiliar extract, and what would become of its rows under it."""

from __future__ import annotations

import html
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl

from hiu.errors import UsageError
from hiu.month import Month
from hiu.site.opened import Opened
from hiu.site.show.listing import Listing
from hiu.site.show.suggest import Suggests
from hiu.sources import Source, load_sources
from hiu.sources.file import require_name

if TYPE_CHECKING:
    from hiu.extract.files.read import RawTable


class Draft(Suggests):
    """A drafted mapping of a `source` from a `file`: `toml` is its text, every guess marked CHECK; nothing is saved.

    `.columns()` says which header seems to be which field, `.would_load()` what would become of each row.
    """

    def __init__(self, opened: Opened, source: str, file: Path) -> None:
        from hiu.extract.draft.mapping import draft

        require_name(source)
        if not file.is_file():
            raise UsageError(f"{file.resolve()}: no such file. Name an extract of one source, CSV or XLSX.")
        self.source, self.file, self._opened = source, file, opened
        others = load_sources(opened.home / "sources")
        self.toml = draft(source, file, load_sources().get(source), others=others)

    def guesses(self) -> Listing:
        """The lines to settle before it is used: every one marked CHECK."""
        lines = [
            (number, line.partition("# CHECK")[0].strip() or "(comment)", line.partition("CHECK: ")[2])
            for number, line in enumerate(self.toml.splitlines(), 1)
            if "CHECK: " in line
        ]
        return Listing(
            pl.DataFrame(lines, schema=["line", "says", "check"], orient="row"), "To settle before use", kind="draft"
        )

    def columns(self) -> Listing:
        """Which header is read as which field. Raises InputRefused for a required field that was not found."""
        from hiu.extract.files.columns import match_columns, unused_headers

        source = self.mapping()
        raw = self._cells(source)
        found = match_columns(raw.headers, source, name=self.file.name)
        rows: list[tuple[str, str | None]] = [(str(header), field) for field, header in found.items()]
        rows += [(str(header), None) for header in unused_headers(raw.headers, source)]
        table = pl.DataFrame(rows, schema={"header": pl.String, "read as": pl.String}, orient="row")
        return Listing(table, f"{self.file.name}: {raw.received:,} rows", empty={"read as": "not used"}, kind="draft")

    def would_load(self, period: str | None = None) -> Listing:
        """What would become of the rows under the draft as it stands: loaded, or set aside and why.

        `period` is the month it is for, if the file's name doesn't say. 'hiu check' asks every expectation as well.
        Raises InputRefused as `columns()`, UsageError for what is no month.
        """
        from hiu.extract.standardise import standardise

        source, month = self.mapping(), Month.parse(period) if period else None
        raw, names = self._cells(source), {"delivery_id": "draft", "source_file": self.file.name}
        done = standardise(raw, source, **names, synthetic=self._opened.settings.synthetic, period=month)
        aside = Counter(done.quarantine.select("code", "reason").iter_rows())
        rows = [("would load", "", raw.received - done.quarantine.height)]
        rows += [(code, reason, n) for (code, reason), n in sorted(aside.items())]
        title = f"{raw.received:,} rows received, under the draft as it stands"
        return Listing(pl.DataFrame(rows, schema=["what", "why", "rows"], orient="row"), title, kind="would_load")

    def _cells(self, source: Source) -> RawTable:
        from hiu.extract.files.read import read_table

        most, name = self._opened.settings, self.file.name
        return read_table(self.file, source, name=name, max_bytes=most.max_file_bytes, max_ratio=most.max_unzip_ratio)

    def mapping(self) -> Source:
        """The draft as the loader would read it. Raises SettingsError naming what is wrong with it."""
        with TemporaryDirectory(prefix="hiu-draft-") as folder:
            own = self._opened.home / "sources"
            for path in sorted(own.glob("*.toml")) if own.is_dir() else ():
                if path.stem != self.source:
                    Path(folder, path.name).write_bytes(path.read_bytes())
            Path(folder, f"{self.source}.toml").write_text(self.toml, encoding="utf-8", newline="\n")
            return load_sources(Path(folder))[self.source]

    def _repr_html_(self) -> str:
        title = f"{self.file.name} as {self.source}"
        return f"<h4>{html.escape(title)}</h4><pre>{html.escape(self.toml)}</pre>"

    def __repr__(self) -> str:
        return self.toml
