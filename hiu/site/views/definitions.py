"""Definitions: what counts as what here, which toggles there are, and what each would change."""

from __future__ import annotations

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import not_among
from hiu.site.first import first_of, shown_places
from hiu.site.looks import look, one_look
from hiu.site.show.finding import Finding
from hiu.site.show.listing import Listing
from hiu.site.show.suggest import Suggests
from hiu.site.tables import Tables
from hiu.site.views.ranked import Ranked

C = pl.col
_COLUMNS = ("part", "setting", "here", "shipped")
_SETTINGS = ("rank", "labels", "counting", "linking")


class Definitions(Suggests):
    """How the month's figures (`.published`) are defined, and how much hangs on it.

    >>> definitions = run.definitions()
    >>> "ed_attendance" in definitions.counted()["dataset"].to_list()
    True
    """

    def __init__(self, published: Tables) -> None:
        self.published = published

    def counted(self) -> Listing:
        """Each data set: whose rows, which measures of them, in what unit, and whether the site toggled it."""
        from hiu.sources import load_sources

        toggles, rows = self.published.settings.counting.datasets, []
        for source in load_sources(self.published.opened.home / "sources").values():
            for dataset, count in source.counts.items():
                measures, unit = ", ".join(toggles.get(dataset, count.measures)), count.unit.replace("_", " ")
                rows.append((dataset, source.title, measures, unit, dataset in toggles))
        found = pl.DataFrame(rows, schema=["dataset", "from", "counts", "unit", "toggled here"], orient="row")
        return Listing(found.sort("dataset", "from"), "What counts as what", kind="counted")

    def presets(self) -> Listing:
        """Published definitions of 'frequent': how many people meet each, in all and among the first N."""
        run, top = self.published, self.published.settings.rank.top
        among = C("person_id").is_in(shown_places(run)["person_id"].head(top).implode())
        fired = (
            run._scan("ranked")
            .select(C("presets").str.split("|").alias("definition"), "person_id")
            .explode("definition")
            .filter(C("definition") != "")
            .group_by("definition")
            .agg(people=pl.len(), among_the_first=among.sum())
            .sort("people", "definition", descending=[True, False])
            .collect()
        )
        title = f"Published definitions of 'frequent', and who meets them, also among {first_of(run, top)}"
        return Listing(fired, title, kind="presets")

    def effect(self, kind: str | None = None) -> Listing:
        """What each toggle would do to the first N: how many would stay, enter and leave.

        `kind`: counting, weights, half-life or risk. Raises UsageError naming the nearest.
        """
        with one_look():  # how many stay and leave: nobody in it
            found = self.sensitivity().table("scenarios").to_polars()
        kinds = sorted(found["kind"].unique())
        if kind is not None and kind not in kinds:
            raise UsageError(not_among(f"no toggles of the kind '{kind}'", kind, kinds))
        kept = found if kind is None else found.filter(C("kind") == kind)
        return Listing(
            kept.sort("stay", "scenario"),
            "The first N under other definitions: the most different first",
            kind="scenarios",
        )

    def constants(self) -> Listing:
        """Every constant of rank, labels, counting and matching, and the shipped default where the site differs."""
        from hiu.settings import Settings

        own, usual = self.published.settings, Settings(name="default")
        rows = []
        for part in _SETTINGS:
            defaults = dict(_flat(getattr(usual, part).model_dump()))
            for name, value in _flat(getattr(own, part).model_dump()):
                same = defaults.get(name) == value
                rows.append((part, name, _text(value), None if same else _text(defaults.get(name))))
        found = pl.DataFrame(rows, schema=dict.fromkeys(_COLUMNS, pl.String), orient="row")
        title = f"Settings {own.version}; the month was published under {self.published.manifest['settings_version']}"
        return Listing(found, title, empty={"shipped": "the same"}, kind="constants")

    @look
    def sensitivity(self) -> Finding:
        """Everything at once: each scenario, and who stays among the first N throughout."""
        return Ranked(pl.DataFrame(), published=self.published).sensitivity()

    def __repr__(self) -> str:
        return (
            f"Definitions of {self.published.month.title}\n"
            "  next: .counted(), .presets(), .effect('counting'), .constants(), .sensitivity()"
        )


def _flat(values: dict[str, object], above: str = "") -> list[tuple[str, object]]:
    """A nested table of settings as dotted names."""
    out: list[tuple[str, object]] = []
    for name, value in values.items():
        if isinstance(value, dict) and value:
            out += _flat(value, f"{above}{name}.")
        else:
            out.append((f"{above}{name}", value))
    return out


def _text(value: object) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None or value == {} else str(value)
