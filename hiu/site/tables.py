"""A published month's tables, read and masked: what every view of a month takes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cached_property
from pathlib import Path
from random import SystemRandom
from typing import Any, cast
from weakref import WeakKeyDictionary

import polars as pl

from hiu.errors import HiuError, UsageError
from hiu.fuzzy import not_among
from hiu.govern.pseudonym import PERSON_ID, WITHHELD
from hiu.model import PUBLISHED, RELEASED, Table
from hiu.month import Month
from hiu.publish.release.counted import MADE_OF, unnumbered
from hiu.publish.release.working import whole_table, without
from hiu.settings import Settings
from hiu.site.handed import described_in, handed
from hiu.site.looks import look
from hiu.site.opened import Opened
from hiu.site.shapes import Manifest
from hiu.site.show.listing import Listing, cell_text
from hiu.site.show.mask import masked, masked_sql, read
from hiu.site.show.suggest import Suggests

MOST = 1_200
"""Months, or days, that may be looked at: a hundred years are more than any data."""
SAY_WHO = ("links", "descriptions", "aliases", "timeline")
"""Tables by which somebody's rows are told in every other one."""


class Tables(Suggests):
    """The published tables of one month; people in them are masked unless they may be shown and it is asked for."""

    def __init__(self, month: Month, folder: Path, opened: Opened | None = None, *, working: bool = False) -> None:
        self.month, self.folder, self._opened, self._working = month, folder, opened, working
        # where a site has roles, who reads its months need not be who runs it
        self._apart = opened is not None and bool(opened.settings.roles)

    @cached_property
    def manifest(self) -> Manifest:
        """What was published: run, settings version, files with digests, but for pictures of one person and tables
        that lie apart. It is a Manifest."""
        return cast(Manifest, {name: one for name, one in self._sealed.items() if name != "working"})

    @cached_property
    def _sealed(self) -> dict[str, Any]:
        from hiu.publish.release.folder import read_manifest

        found = read_manifest(self.folder)
        return found | {"files": {name: one for name, one in found["files"].items() if not PERSON_ID.search(name)}}

    def _unplaced(self, name: str) -> bool:
        """Whether a table is shown without row numbers, whose gaps would tell; rows that were set aside keep theirs."""
        gaps = not self._working and bool(self._sealed.get("working") or self._hidden)
        return self._apart and gaps and name != "quarantine" and "source_row" in RELEASED[name].names

    def __reduce__(self) -> str:
        raise UsageError("a month of a site can't be pickled: keep a table of it, or open it again where it is needed")

    @property
    def opened(self) -> Opened:
        """The site it was opened from: its folders `.home` and `.curated`, and `.by` and `.purpose`, under which looks
        are entered. Raises HiuError if it was opened as a mere folder."""
        if self._opened is None:
            raise HiuError("this month was opened without its site; hiu.open(SITE).month(MONTH) has the settings too")
        return self._opened

    @property
    def settings(self) -> Settings:
        """The site's settings as site.toml has them now (`run.settings.rank.top`): definitions().constants() lists
        them. `manifest` has the version of those it was published under."""
        return self.opened.settings

    @property
    def breaks(self) -> dict[str, date]:
        """Changes of policy across which figures are not comparable: name -> date."""
        return self._opened.settings.policy_breaks if self._opened else {}

    @look
    def tables(self, name: str | None = None) -> Listing:
        """Every published table: name, rows, what it holds. Of one by `name`: its columns, what each means, its unit
        and codes, and three rows of it, masked. Raises UsageError naming the nearest.
        """
        if name is not None:
            return self._columns(name)
        rows = [(name, self._rows_of(name), table.meaning) for name, table in self._tables_there.items()]
        return Listing(
            pl.DataFrame(rows, schema=["table", "rows", "meaning"], orient="row"), "Published tables", kind="tables"
        )

    def _rows_of(self, name: str) -> int | None:
        """Rows of a table as it is shown, if this month has it."""
        file = self.manifest["files"].get(f"{name}.parquet")
        if file and self._hidden:
            return int(self._scan(name).select(pl.len()).collect().item())
        return file.get("rows") if file else None

    def _columns(self, name: str) -> Listing:
        three, rows = self._three(name), []
        table = RELEASED[name]
        for column in table.columns:
            shown = [cell_text(value, column.name) for value in three.get(column.name, [])]
            masks = "left out when masked" if column.name not in three else ""
            rows.append((column.name, column.type, column.meaning, column.unit, ", ".join(column.codes), masks, *shown))
        firsts = [f"row {at + 1}" for at in range(max(map(len, three.values()), default=0))]
        rows = [(*row, *[""] * (6 + len(firsts) - len(row))) for row in rows]
        schema = dict.fromkeys(["column", "type", "meaning", "unit", "codes", "masked", *firsts], pl.String)
        found = pl.DataFrame(rows, schema=schema, orient="row", strict=False)
        return Listing(
            found, f"{name}: {table.meaning} One row for each {', '.join(table.key)}.", kind="tables"
        ).all_rows()

    def _three(self, name: str) -> dict[str, list[object]]:
        """The first three rows, masked, by column."""
        scan = self._scan(name)
        keep = [one for one in RELEASED[name].names if one in set(scan.collect_schema()) and read(name, one)]
        three = masked(name, scan.select(keep).head(3).collect())
        return cast(pl.DataFrame, self._handed(three, self._codes)).to_dict(as_series=False)

    @look
    def table(self, name: str, *, show_names: bool | None = None) -> Listing:
        """A published table, personal columns masked. Raises UsageError naming the nearest one there is."""
        return self._mixed(self._table(name, show_names=show_names))

    def _mixed(self, found: Listing) -> Listing:
        """A table in no order where some of its people are withheld: its own is that of a file that a sender has."""
        return found._as_before(found.sample(fraction=1, shuffle=True)) if self._codes else found

    def _table(self, name: str, *, show_names: bool | None = None) -> Listing:
        scan = self._scan(name)
        wanted = show_names if show_names is not None else bool(self._opened and self._opened.show_names)
        shown: Collection[str] = ()
        if wanted and "person_id" in RELEASED[name].names:
            ids = scan.select("person_id").unique().collect()["person_id"].drop_nulls()
            shown = names_shown(self, True, ids, name)
        empty = [pl.lit(None, pl.Int64).alias("source_row")] if self._unplaced(name) else []
        return Listing(self._rows(name, None, shown).with_columns(empty), RELEASED[name].meaning, kind=name)

    def _source(self, name: str, show_names: bool | None, ids: bool) -> pl.DataFrame | tuple[Path, dict[str, str]]:
        """A table for SQL: the file as it lies, with what a masked reader may see of each column; a frame where names
        are asked for, somebody may be shown to nobody since, or (`ids`) descriptions are shown by another id.
        """
        scan = self._scan(name)
        wanted = show_names if show_names is not None else bool(self._opened and self._opened.show_names)
        described = [one for one in RELEASED[name].names if one.startswith("identity_")]
        if wanted or self._hidden or self._codes or (ids and described):
            found = self._mixed(self._table(name, show_names=show_names)).to_polars()
            return cast(pl.DataFrame, self._handed(found, self._codes))
        there = set(scan.collect_schema())
        path = whole_table(self.folder, name) if self._working else self.folder / f"{name}.parquet"
        columns = masked_sql(name, [column for column in RELEASED[name].names if column in there])
        columns |= {one: "NULL::VARCHAR" for one in described if one in columns}
        return path, columns | ({"source_row": "NULL::BIGINT"} if self._unplaced(name) else {})

    def _whole(self, name: str, *only: str, where: pl.Expr | None = None) -> pl.DataFrame:
        """A table as published (of `only` some columns; the rows that meet a condition on what is not personal), for
        aggregates: nothing of it is to be shown unmasked. People who may be shown to nobody are in no figure, as they
        are in no row: the one less the other would be theirs."""
        scan = self._scan(name)
        scan = scan if where is None else scan.filter(where)
        there = [column for column in only if column in set(scan.collect_schema())]  # an earlier release may lack some
        return (scan.select(there) if only else scan).collect()

    @cached_property
    def _hidden(self) -> frozenset[str]:
        """Who is in the published tables though nobody may be shown them any more: recorded since, not yet run."""
        if self._opened is None or self._working:
            return frozenset()
        ids = pl.read_parquet(self.folder / "people.parquet", columns=["person_id"])["person_id"]
        return self._opened.hidden(ids)

    @property
    def _codes(self) -> dict[str, str]:
        """People whom no basis lets the analyst ask for: id -> a number, drawn anew each time a month is opened.

        Their rows count and can be joined; but who knows an id can't find the person by it.
        """
        if self._opened is None:
            return {}
        if (drawn := _CODES.get(self)) is not None:
            return drawn
        shown = self._scan("people").select("person_id").collect()["person_id"]
        former = self._scan("aliases").select("old_id").collect()["old_id"]
        apart = sorted(self._opened.withheld(pl.concat([shown, former.rename("person_id")])))
        SystemRandom().shuffle(apart)
        return _CODES.setdefault(self, {person: f"{WITHHELD}{turn:05}" for turn, person in enumerate(apart, 1)})

    def _askable(self, ids: Collection[str]) -> list[str]:
        """Those of the people whom a basis lets the analyst ask for."""
        return [one for one in ids if one not in self._codes]

    def _handed(self, value: Any, whom: Collection[str]) -> Any:
        """What a look shows, as it is handed over: the one way out. `whom` are the people who are in it."""
        codes = self._codes if whom else {}
        withheld = whom - codes.keys() - self.opened.permitted(whom).ids if whom else ()
        for person in sorted(withheld):  # of another month, and in this one no more
            codes[person] = f"{WITHHELD}{len(codes) + 1:05}"
        if not codes.keys().isdisjoint(whom):
            return handed(value, codes)
        shown = isinstance(value, pl.DataFrame) and described_in(value) and (whom or not self._codes)
        return handed(value, {}, self.opened.description_key() if shown else None)

    @cached_property
    def _tables_there(self) -> dict[str, Table]:
        """The tables of every month, and of those that not every site has the ones that this month has."""
        more = RELEASED.keys() - PUBLISHED.keys()
        there = {name for name in more if (self.folder / f"{name}.parquet").is_file()}
        return {name: table for name, table in RELEASED.items() if name not in more or name in there}

    @cached_property
    def _agencies(self) -> dict[str, str]:
        """The agency of each source: police, ambulance, ed, mh or another team."""
        from hiu.sources import load_sources

        return {name: one.agency for name, one in load_sources(self.opened.home / "sources").items()}

    def _totals(self) -> pl.DataFrame | None:
        """Everybody's totals with what rows that name nobody add; none of a month published before there were any."""
        return self._whole("monthly_total") if (self.folder / "monthly_total.parquet").is_file() else None

    def _shown(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of a table of people whom it may show."""
        return frame.join(self._scan("people").select("person_id").collect(), on="person_id", how="semi")

    def _scan(self, name: str) -> pl.LazyFrame:
        """A table as published, unread, less the people who may be shown to nobody since.

        Raises UsageError naming the nearest, HiuError if this release lacks it.
        """
        if name not in self._tables_there:
            from hiu.engine.analyst import no_table  # takes a while to load

            raise UsageError(no_table(name, self._tables_there))
        path = whole_table(self.folder, name) if self._working else self.folder / f"{name}.parquet"
        if not path.is_file():
            raise HiuError(
                f"{self.month.title} was published before there was a table '{name}': "
                f"'hiu run {self.month}' publishes it anew"
            )
        if not self._hidden:
            return pl.scan_parquet(path)
        files = (self.folder / f"{one}.parquet" for one in {name, *SAY_WHO, *MADE_OF.get(name, ())})
        tables = {file.stem: pl.read_parquet(file) for file in files if file.is_file()}
        return without(unnumbered(tables), self._hidden, self.month, apart=self._apart)[name].lazy()

    def _rows(
        self, name: str, where: pl.Expr | None = None, shown: Collection[str] = (), only: Collection[str] = ()
    ) -> pl.DataFrame:
        """The rows of a table that meet a condition, masked but for the people in `shown`; of `only` some columns."""
        scan = self._scan(name)
        found = scan if where is None else scan.filter(where)
        present = set(scan.collect_schema())  # an earlier release may lack a newer column
        keep = [one for one in only or RELEASED[name].names if one in present and (shown or read(name, one))]
        return masked(name, found.select(keep).collect(), shown)


_CODES: WeakKeyDictionary[Tables, dict[str, str]] = WeakKeyDictionary()
"""The numbers of withheld people by month opened: apart from it, so that it does not show whose they are."""


def checked_dataset(tables: Tables, dataset: str | None) -> str | None:
    """A data set of the month, or none. Raises UsageError naming the nearest."""
    names = sorted(tables._scan("coverage").select("dataset").unique().collect()["dataset"])
    if dataset is not None and dataset not in names:
        raise UsageError(not_among(f"no data set '{dataset}'", dataset, names))
    return dataset


def checked_months(months: int, what: str = "months", least: int = 1) -> int:
    """How many months (or what) to look at. Raises UsageError unless it is a whole number from the least to MOST."""
    if isinstance(months, bool) or not isinstance(months, int) or not least <= months <= MOST:
        raise UsageError(f"{months!r} {what}: give a whole number from {least} to {MOST:,}")
    return months


def names_shown(tables: Tables, wanted: bool | None, ids: Collection[str], what: str) -> frozenset[str]:
    """Whose names may be shown, of `ids`; it is logged."""
    if tables._opened is None and not wanted:
        return frozenset()
    return tables.opened.showable(wanted, ids, what, str(tables.month))
