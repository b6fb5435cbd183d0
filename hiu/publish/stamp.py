"""What every output says about itself: which site and month, to which day, built when, by which run."""

from dataclasses import dataclass
from datetime import date, datetime

from hiu.month import Month
from hiu.publish.words.text import day, moment

MARKING = "OFFICIAL-SENSITIVE: patient data"


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """`built` is in UTC; `data_to` the last day covered; `audit_head` the audit log's last hash at the time."""

    site: str
    month: Month
    run_id: str
    built: datetime
    data_to: date
    settings_version: str
    synthetic: bool = False
    audit_head: str = ""

    @property
    def pack_id(self) -> str:
        """The name of this copy, on pack, PDF and workbook: the month and the end of the run id."""
        return f"{self.month}-{self.run_id[-6:]}"

    @property
    def built_text(self) -> str:
        """`8 Apr 2026 10:12`, in UK time."""
        return moment(self.built)

    @property
    def data_text(self) -> str:
        """`31 Mar 2026`."""
        return day(self.data_to)

    @property
    def stale(self) -> str:
        """That the figures had been old for more than 2 months when this was built, in a sentence; else empty."""
        months = Month.of(self.built.date()).since(Month.of(self.data_to))
        old = f"These figures are about {months} months old: they end on {self.data_text}"
        return f"{old}, and this was built on {day(self.built.date())}." if months > 2 else ""

    def as_dict(self) -> dict[str, str | bool]:
        """Plain values, for a manifest."""
        return {
            "site": self.site,
            "month": str(self.month),
            "run_id": self.run_id,
            "built": f"{self.built:%Y-%m-%dT%H:%M:%SZ}",
            "data_to": self.data_to.isoformat(),
            "settings_version": self.settings_version,
            "synthetic": self.synthetic,
            "audit_head": self.audit_head,
        }
