"""An opened site: its settings and paths, and the one door through which a name can be shown."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from hiu.errors import HiuError, SettingsError, UsageError
from hiu.month import Month
from hiu.publish.release.pointer import ERASING, read_current
from hiu.publish.release.working import whole_table
from hiu.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from hiu.govern.basis.gate import GateResult


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
    by: str | None = None
    purpose: str = "support"
    _logged: set[tuple[str, ...]] = field(default_factory=set)

    @property
    def audit(self) -> Path:
        """The log of what was done."""
        return self.curated / "audit.jsonl"

    @property
    def records(self) -> Path:
        """What people recorded."""
        return self.curated / "records"

    def key_for(self, purpose: str) -> bytes:
        """The key of one purpose, derived from the site's. Raises SettingsError if that can't be read."""
        from hiu.govern.keys import derive, site_key

        return derive(site_key(self.settings, self.home), purpose)

    def description_key(self) -> bytes | None:
        """The key by which descriptions are shown; none for who may read what is published and not the site's key."""
        with suppress(SettingsError):
            return self.key_for("description")
        return None

    def require_role(self, what: str) -> None:
        """Raises HiuError, entered in the audit log, unless a role of the login lets it do this in the library."""
        from hiu.govern.login import login, require_role

        try:
            require_role(self.settings, login(), what)
        except HiuError:
            with suppress(SettingsError, OSError):  # who lacks the site's key can write no line
                if self.curated.exists():
                    self.log({"type": "role_refused", "command": what, "login": login()})
            raise

    def folders(self) -> dict[str, str]:
        """Folder of each published month."""
        return read_current(self.curated / "CURRENT.json").months

    def published(self, month: str | date | int | Month | None = None) -> tuple[Month, Path]:
        """A published month, the latest if not named, and its folder. Raises UsageError naming those there are."""
        self._require_no_erasure()
        if not (folders := self.folders()):
            raise HiuError(f"{self.home}: nothing is published yet. 'hiu run MONTH --site {self.home}' does it.")
        found = Month.read(max(folders) if month is None else month)
        if (name := str(found)) not in folders:
            there = f"There are: {', '.join(sorted(folders))}."
            raise UsageError(f"{name} is not published. {there} 'hiu run {name} --site {self.home}' publishes it.")
        folder = self.curated / "published" / folders[name]
        if not folder.is_dir():
            raise HiuError(
                f"{folder}: this folder of {name} is missing. It is being made again, or a run was interrupted: "
                f"'hiu run {name}' makes it, or says what to do first."
            )
        return found, folder

    def _require_no_erasure(self) -> None:
        """Raises HiuError while what is published may hold somebody who is to be erased."""
        if (self.curated / ERASING).exists():
            raise HiuError(
                f"{self.home}: somebody is being erased, or has to be erased again after a restore, so nothing is "
                "shown. If no 'hiu erase' is running, 'hiu erase --resume' ends it"
            )

    def showable(self, wanted: bool | None, ids: Collection[str], what: str, month: str) -> frozenset[str]:
        """Whose names may be shown, of `ids`: nobody's unless asked for; what the basis withholds stays masked.

        Showing any is a line in the audit log, once a session for each thing shown, before the first is shown.
        """
        if not (self.show_names if wanted is None else wanted):
            return frozenset()
        self.require_role("show_names")
        found = self.permitted(ids)
        counts = {"people": len(found.ids), "withheld": found.withheld, "basis": "|".join(found.codes)}
        self.log({"type": "names_shown", "what": what, "month": month, **counts})
        return found.ids

    def hidden(self, ids: pl.Series) -> frozenset[str]:
        """Who of the people may now be shown to nobody by name."""
        from hiu.govern.basis import gate

        today = self.now().date()
        opt_out = gate.opt_out_of(self.settings, today)
        return self._those(ids, lambda some, rows: gate.hidden(some, rows, on=today, opt_out=opt_out))

    def withheld(self, ids: pl.Series) -> frozenset[str]:
        """Whom of the people an analyst may not look at today for the purpose that the site was opened for."""
        return self._those(ids, lambda some, _: frozenset(some) - self.permitted(some).ids)

    def permitted(self, ids: Collection[str]) -> GateResult:
        """Whom an analyst may look at today for the purpose that the site was opened for."""
        from hiu.govern.basis import gate

        today = self.now().date()
        opt_out = gate.opt_out_of(self.settings, today)
        rows = self._standing()
        return gate.permitted(ids, rows, purpose=self.purpose, recipient="analyst", on=today, opt_out=opt_out)

    def _those(self, ids: pl.Series, ask: Callable[[Collection[str], pl.DataFrame], frozenset[str]]) -> frozenset[str]:
        """Those of whom the basis answers yes. It names few: what holds for one of the others holds for all of them."""
        rows = self._standing()
        named = ids.is_in(rows["person_id"].implode())
        others = ids.filter(~named)
        found = ask([*ids.filter(named), *others.head(1)], rows)
        return found if found.isdisjoint(others.head(1)) else found | frozenset(others)

    def look(
        self, what: str, whom: Collection[str], month: str, *, rows: int | None = None, refused: str | None = None
    ) -> None:
        """Enter a look at people in the read log. Raises HiuError, so that nothing is shown, if that can't be done."""
        from hiu.govern import reads
        from hiu.govern.house import require_house

        self._require_no_erasure()
        require_house(self.home, self.curated)
        one = reads.Look(
            what=what, whom=whom, purpose=self.purpose, name=self.by, month=month, people=rows, refused=refused
        )
        key = reads.reads_key(self.settings, self.home, self.curated)
        folder = reads.folder_of(self.settings, self.curated)
        reads.enter(folder, key, one, self.now(), self.audit)

    def _standing(self) -> pl.DataFrame:
        """The basis as settings and records have it. Raises HiuError if a line of the records was written by hand."""
        from hiu.govern import audit
        from hiu.govern.basis.gate import standing
        from hiu.govern.records import added_to, bound_files, path_of, read, unsigned
        from hiu.model.govern import BASIS

        logs = audit.proven(self.audit)
        logged = [entry["event"] for log in logs for entry in audit.read(log)]
        bound = bound_files(logged, "records")
        try:
            key = self.key_for("records")
        except SettingsError:
            key = None  # who may read what is published need not have it
        path = path_of(self.records, BASIS)
        if lines := unsigned(path, key, bound.get(BASIS.name, (0, ""))[0], added_to(logged, BASIS.name)):
            raise HiuError(
                f"{path}, line {lines[0]}: not signed and entered in the audit log by this site, so nobody is shown. "
                f"'hiu verify --site {self.home}' says more"
            )
        return standing(self.settings, read(self.records, BASIS), self._aliases())

    def _records(self) -> dict[str, object]:
        """Length and digest of what reviewers recorded: bound into the line of the log."""
        from hiu.govern.records import measure

        files = [self.records / f"{name}.jsonl" for name in ("decisions", "second_opinions")]
        return {"records": {path.stem: measure(path.read_bytes()) for path in files if path.exists()}}

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
        from hiu.govern.login import login
        from hiu.govern.pseudonym import mask, recipient_key

        whole = site_key(self.settings, self.home)
        key = derive(whole, "audit")
        # the log can't forget, so ids of people are tokens in it
        event = mask(event, recipient_key(whole, "audit"))
        path = self.audit
        with FileLock(path.with_suffix(".lock"), timeout=30):
            append(path, key, {**event, "by": login(), **self._records()}, at=self.now(), anchor=True)
        self._logged.add(line)
