"""The analyst's way in: `hiu.open(site)` reads what is published, and works while a batch is running."""

from __future__ import annotations

import json
from pathlib import Path

from hiu.errors import HiuError, UsageError
from hiu.fuzzy import did_you_mean
from hiu.month import Month
from hiu.settings import load
from hiu.site.published import Published

__all__ = ["Published", "Site", "open"]


class Site:
    """A site's published months.

    `site.months` lists them; `site.month("2026-03")` or `site.latest` opens one. Nothing is written, and the
    working warehouse is never touched.
    """

    def __init__(self, name: str, curated: Path) -> None:
        self.name, self.curated = name, curated

    @property
    def months(self) -> list[str]:
        """Published months, oldest first."""
        return sorted(self._pointer()["months"])

    @property
    def latest(self) -> Published:
        """The latest published month."""
        return self.month(self.months[-1])

    def month(self, month: str) -> Published:
        """A published month. Raises UsageError naming the months there are."""
        months: dict[str, str] = self._pointer()["months"]
        wanted = str(Month.parse(month))
        if wanted not in months:
            raise UsageError(
                f"{wanted} is not published.{did_you_mean(wanted, months)} There are: {', '.join(sorted(months))}"
            )
        return Published(Month.parse(wanted), self.curated / "published" / months[wanted])

    def _pointer(self) -> dict[str, dict[str, str]]:
        path = self.curated / "CURRENT.json"
        try:
            found: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise HiuError(f"{path}: nothing is published yet. 'hiu run MONTH' publishes a month.") from None
        return found

    def __repr__(self) -> str:
        return f"Site({self.name!r}: {', '.join(self.months)})"


def open(site: str | Path = ".", *, curated: str | Path | None = None) -> Site:
    """Open a site folder (with site.toml) for reading. Raises SettingsError if it isn't one."""
    home = Path(site)
    settings = load(home / "site.toml")
    return Site(settings.name, Path(curated) if curated else settings.curated)
