"""An opened site: its settings and paths, and the one door through which a name can be shown."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from hiu.publish.release.pointer import read_current
from hiu.publish.release.working import whole_table
from hiu.settings import Settings

if TYPE_CHECKING:
    import polars as pl


def clock() -> datetime:
    """The time, which the library is otherwise handed; here an analyst's own notebook is the job."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Opened:
    """A site's folder and settings, and what a notebook may do to it: record decisions, log that names were shown."""

    home: Path
    settings: Settings
    curated: Path
    now: Callable[[], datetime] = clock
    show_names: bool = False
    _logged: set[tuple[str, ...]] = field(default_factory=set)

    @property
    def records(self) -> Path:
        """What people recorded."""
        return self.curated / "records"

    def showable(self, wanted: bool | None, ids: Collection[str], what: str, month: str) -> frozenset[str]:
        """Whose names may be shown, of `ids`: nobody's unless asked for; what the basis withholds stays masked.

        Showing any is a line in the audit log, once a session for each thing shown, before the first is shown.
        """
        if not (self.show_names if wanted is None else wanted):
            return frozenset()
        from hiu.govern.basis.gate import permitted, standing
        from hiu.govern.records import read
        from hiu.model.govern import BASIS

        basis = standing(self.settings, read(self.records, BASIS), self._aliases())
        today, opt_out = self.now().date(), self.settings.governance.opt_out_purposes
        found = permitted(ids, basis, purpose="support", recipient="analyst", on=today, opt_out=opt_out)
        counts = {"people": len(found.ids), "withheld": found.withheld, "basis": "|".join(found.codes)}
        self.log({"type": "names_shown", "what": what, "month": month, **counts})
        return found.ids

    def hidden(self, ids: Collection[str]) -> frozenset[str]:
        """Who of the people may now be shown to nobody by name."""
        from hiu.govern.basis.gate import hidden, standing
        from hiu.govern.records import read
        from hiu.model.govern import BASIS

        basis = standing(self.settings, read(self.records, BASIS), self._aliases())
        return hidden(ids, basis, on=self.now().date(), opt_out=self.settings.governance.opt_out_purposes)

    def _aliases(self) -> pl.DataFrame:
        """Former ids, as the latest published month has them."""
        import polars as pl

        months = read_current(self.curated / "CURRENT.json").months
        return pl.read_parquet(whole_table(self.curated / "published" / months[max(months)], "aliases"))

    def log(self, event: dict[str, object]) -> None:
        """A line in the audit log, with the login that did it; the same line once a session."""
        line = tuple(f"{name}={value}" for name, value in event.items())
        if line in self._logged:
            return
        from hiu.govern.audit import append
        from hiu.govern.keys import derive, site_key
        from hiu.govern.pseudonym import mask, recipient_key

        whole = site_key(self.settings, self.home)
        key = derive(whole, "audit")
        # the log can't forget, so ids of people are tokens in it
        event = mask(event, recipient_key(whole, "audit"))
        path = self.curated / "audit.jsonl"
        with FileLock(path.with_suffix(".lock"), timeout=30):
            append(path, key, {**event, "by": getpass.getuser()}, at=self.now())
        self._logged.add(line)
