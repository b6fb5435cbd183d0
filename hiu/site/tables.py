"""A published month's tables, read and masked: what every view of a month takes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

from hiu.errors import HiuError, UsageError
from hiu.fuzzy import not_among
from hiu.model import PUBLISHED
from hiu.month import Month
from hiu.settings import Settings
from hiu.site.looks import look
from hiu.site.opened import Opened
from hiu.site.show.listing import Listing, Row
from hiu.site.show.mask import masked, read
from hiu.site.show.suggest import Suggests


class Tables(Suggests):
    """The published tables of one month; people in them are masked unless they may be shown and it is asked for."""

    def __init__(self, month: Month, folder: Path, opened: Opened | None = None) -> None:
        self.month, self.folder, self._opened = month, folder, opened

    @cached_property
    def manifest(self) -> Row:
        """What was published: run, settings version, files with digests."""
        from hiu.publish.release.folder import read_manifest

        return read_manifest(self.folder)

    @property
    def opened(self) -> Opened:
        """The site it was opened from. Raises HiuError if it was opened as a mere folder."""
        if self._opened is None:
            raise HiuError("this month was opened without its site; hiu.open(SITE).month(MONTH) has the settings too")
        return self._opened

    @property
    def settings(self) -> Settings:
        """The site's settings as they are now; `manifest` has the version of those it was published under."""
        return self.opened.settings

    @property
    def breaks(self) -> dict[str, date]:
        """Changes of policy across which figures are not comparable: name -> date."""
        return self._opened.settings.policy_breaks if self._opened else {}

    @property
    def tables(self) -> Listing:
        """Every published table: name, rows, what it holds."""
        rows = [
            (name, self.manifest["files"].get(f"{name}.parquet", {}).get("rows"), table.meaning)
            for name, table in PUBLISHED.items()
        ]
        return Listing(pl.DataFrame(rows, schema=["table", "rows", "meaning"], orient="row"), "Published tables")

    @look
    def table(self, name: str, *, show_names: bool | None = None) -> Listing:
        """A published table, personal columns masked. Raises UsageError naming the nearest one there is."""
        return self._table(name, show_names=show_names)

    def _table(self, name: str, *, show_names: bool | None = None) -> Listing:
        scan = self._scan(name)
        wanted = show_names if show_names is not None else bool(self._opened and self._opened.show_names)
        shown: Collection[str] = ()
        if wanted and "person_id" in PUBLISHED[name].names:
            ids = scan.select("person_id").unique().collect()["person_id"].drop_nulls()
            shown = names_shown(self, True, ids, name)
        return Listing(self._rows(name, None, shown), PUBLISHED[name].meaning)

    def _whole(self, name: str) -> pl.DataFrame:
        """A table as published, for aggregates: nothing of it is to be shown unmasked."""
        return self._scan(name).collect()

    def _common(self) -> Row:
        """What most reports take: month, demand, coverage, people, settings."""
        tables = {"demand": "monthly_demand", "coverage": "coverage", "people": "people"}
        return {
            "month": self.month,
            "settings": self.settings,
            **{word: self._whole(name) for word, name in tables.items()},
        }

    def _scan(self, name: str) -> pl.LazyFrame:
        """A table as published, unread. Raises UsageError naming the nearest, HiuError if this release lacks it."""
        if name not in PUBLISHED:
            raise UsageError(not_among(f"no published table '{name}'", name, PUBLISHED))
        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            raise HiuError(
                f"{self.month.title} was published before there was a table '{name}': "
                f"'hiu run {self.month}' publishes it anew"
            )
        return pl.scan_parquet(path)

    def _rows(self, name: str, where: pl.Expr | None = None, shown: Collection[str] = ()) -> pl.DataFrame:
        """The rows of a table that meet a condition, masked but for the people in `shown`."""
        scan = self._scan(name)
        found = scan if where is None else scan.filter(where)
        present = set(scan.collect_schema())  # an earlier release may lack a newer column
        keep = [column for column in PUBLISHED[name].names if column in present and (shown or read(name, column))]
        return masked(name, found.select(keep).collect(), shown)


def names_shown(tables: Tables, wanted: bool | None, ids: Collection[str], what: str) -> frozenset[str]:
    """Whose names may be shown, of `ids`; it is logged."""
    if tables._opened is None and not wanted:
        return frozenset()
    return tables.opened.showable(wanted, ids, what, str(tables.month))
