"""A published month as an analyst holds it: tables, the list and people, names masked."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.model import PUBLISHED
from hiu.month import Month
from hiu.publish.release import read_manifest
from hiu.site.cards import Card
from hiu.site.mask import masked
from hiu.site.person import Person

LISTED = ("rank", "rank_low", "rank_high", "certainty", "person_id", "name", "risk_band", "contacts_3", "label",
          "intensity", "sentence")  # fmt: skip


class Published:
    """One month's list and everything behind it, read from its published folder.

    `.table(name)` gives any published table (docs/data-dictionary.md); people are masked.
    """

    def __init__(self, month: Month, folder: Path) -> None:
        self.month, self.folder = month, folder

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was published: run, settings version, files with digests."""
        return read_manifest(self.folder)

    def table(self, name: str) -> pl.DataFrame:
        """A published table, personal columns masked. Raises UsageError naming the nearest one there is."""
        if name not in PUBLISHED:
            raise UsageError(
                f"no published table '{name}'.{did_you_mean(name, PUBLISHED)} There are: {', '.join(PUBLISHED)}."
            )
        return masked(name, pl.read_parquet(self.folder / f"{name}.parquet"))

    def ranked(self, top: int | None = None) -> pl.DataFrame:
        """The list: rank, range, certainty, masked name, label, intensity and the sentence for each place."""
        names = self.table("people").select("person_id", name="name_text")
        adults = self.table("ranked").filter(pl.col("list") == "adult")
        listed = adults.join(names, on="person_id", how="left").sort("rank").select(LISTED)
        return listed if top is None else listed.head(top)

    def person(self, who: str | int) -> Person:
        """One person, by id or by rank. Raises UsageError naming the nearest id."""
        return Person(self._ranked_id(who) if isinstance(who, int) else self._known_id(who.strip().upper()), self)

    def why(self, who: str | int) -> str:
        """Why a person, by id or by rank, has the place they have."""
        return self.person(who).why()

    def deliveries(self) -> pl.DataFrame:
        """Rows received, staged and quarantined by source and month, latest first."""
        columns = ("source", "period", "source_file", "received", "staged", "quarantined", "usual", "warning")
        return self.table("deliveries").select(columns).sort("period", "source", descending=[True, False])

    def not_supplied(self) -> pl.DataFrame:
        """Data sets and months without a delivery: missing, not zero."""
        return self.table("coverage").filter(~pl.col("supplied")).select("month", "dataset", "source")

    def review(self) -> pl.DataFrame:
        """Uncertain pairs, those that would change the list most first."""
        order = ("priority", "match_probability", "identity_a", "identity_b")
        return self.table("review_queue").sort(order, descending=[True, True, False, False])

    def _ranked_id(self, rank: int) -> str:
        adults = pl.scan_parquet(self.folder / "ranked.parquet").filter(pl.col("list") == "adult")
        found = adults.filter(pl.col("rank") == rank).select("person_id").collect()
        if found.is_empty():
            most = adults.select(pl.len()).collect().item()
            raise UsageError(f"no rank {rank} in {self.month.title}: the list has {most} people")
        return str(found.item())

    def _known_id(self, person_id: str) -> str:
        ids = pl.scan_parquet(self.folder / "people.parquet").select("person_id").collect()["person_id"]
        if person_id in ids:
            return person_id
        became = self.table("aliases").filter((pl.col("old_id") == person_id) & (pl.col("kind") == "merge"))
        if became.height:
            return self._known_id(str(became.sort("month")["person_id"][-1]))
        raise UsageError(f"no person '{person_id}' in {self.month.title}.{did_you_mean(person_id, ids)}")

    def _card(self) -> Card:
        rows = self.table("deliveries").select("received", "staged", "quarantined").sum().row(0)
        gaps = self.not_supplied().filter(pl.col("month") == self.month.start)["dataset"].to_list()
        pairs = self.table("review_queue")
        facts = {
            "rows received = staged + quarantined": "{:,} = {:,} + {:,}".format(*rows),
            "people ranked": f"{self.table('ranked').filter(pl.col('list') == 'adult').height:,}",
            "not supplied this month": ", ".join(gaps) or "nothing is missing",
            "uncertain pairs": f"{pairs.height:,}, of which {pairs.filter(pl.col('priority') > 0).height:,} bear on "
            "the list",
            "run, settings": f"{self.manifest['run_id']}, {self.manifest['settings_version']}",
        }
        invented = " (invented people)" if self.manifest.get("synthetic") else ""
        return Card(f"{self.manifest['site']}, {self.month.title}{invented}", facts, "month.ranked(20)")

    def _repr_html_(self) -> str:
        return self._card().html()

    def __repr__(self) -> str:
        return self._card().text()
