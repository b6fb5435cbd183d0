"""The analyst's way in: `hiu.open(site)` reads what is published, and works while a batch is running.

What may enter: how a site is opened, how its published tables are read under the ids of today, and the entry of a look.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from hiu.errors import SettingsError
from hiu.month import Month
from hiu.settings import load
from hiu.site.compact import give_back
from hiu.site.opened import Opened
from hiu.site.published import Published
from hiu.site.show.cards import Card
from hiu.site.show.chart import Chart
from hiu.site.show.suggest import Suggests, answering
from hiu.site.views.person import Person

if TYPE_CHECKING:
    from hiu.site.views.draft import Draft

__all__ = ["Chart", "Person", "Published", "Site", "open"]


class Site(Suggests):
    """A site's published months; `.name` is what it is called, `.home` and `.curated` are its folders.

    `site.months` lists them; `site.month("2026-03")` or `site.latest` opens one. Reading writes the read log alone,
    and the working warehouse is never touched.

    >>> run.month == site.month(site.months[-1]).month
    True
    """

    def __init__(self, opened: Opened) -> None:
        self.name, self.home, self.curated = opened.settings.name, opened.home, opened.curated
        self._opened = opened

    @property
    def months(self) -> list[str]:
        """Published months, oldest first; empty before the first."""
        return sorted(self._opened.folders())

    @property
    def latest(self) -> Published:
        """The latest published month. Raises HiuError if there is none."""
        return self.month()

    def month(self, month: str | date | int | Month | None = None) -> Published:
        """A published month, the latest if not named: "2026-03", 202603, or a day in it.

        Raises UsageError naming the months there are, HiuError if there are none.
        """
        return Published(*self._opened.published(month), self._opened)

    def draft(self, source: str, file: str | Path) -> Draft:
        """A first mapping of an unfamiliar extract: what each column seems to be, as TOML to read and mend.

        `source` is a known source (police, ed ...) or a new name. Raises InputRefused, UsageError for no file, and for
        what can be no name.
        """
        from hiu.site.views.draft import Draft

        return Draft(self._opened, source, Path(file))

    def _card(self) -> Card:
        months = ", ".join(self.months) or "none yet: 'hiu run MONTH' publishes one"
        return Card(self.name, {"published months": months}, "site.latest, or site.month('2026-03')")

    def _repr_html_(self) -> str:
        return self._card().html()

    def __repr__(self) -> str:
        return self._card().text()


@answering
def open(
    site: str | Path = ".",
    *,
    curated: str | Path | None = None,
    show_names: bool = False,
    by: str | None = None,
    purpose: str = "support",
) -> Site:
    """Open a site folder (with site.toml) for reading. Raises SettingsError if it isn't one, HiuError if the site has
    roles and none of yours is that of an analyst, UsageError for a purpose that there is not.

    `show_names=True` shows the names that the site's basis lets analysts see; each showing is written to the audit log.
    Every look at a person is a line of the read log ('hiu reads'): `by` is your name, beside your login, and `purpose`
    is what you look for; without a basis for it nobody is shown. The day of the basis and the times in the logs are the
    system's: a caller can't name another.
    """
    from hiu.govern.basis.gate import require_use

    home = Path(site)
    if not (home / "site.toml").is_file():
        raise SettingsError(
            f"{home.resolve()}: no site.toml there, so it is no site. 'hiu demo' makes an invented one in 'demo', "
            "'hiu init DIR' one for your own data."
        )
    settings = load(home / "site.toml")
    folder = Path(curated) if curated else settings.curated
    opened = Opened(home, settings, folder, show_names=show_names, by=by, purpose=purpose)
    require_use(purpose, "analyst")
    opened.require_role("hiu.open")
    give_back()
    return Site(opened)
