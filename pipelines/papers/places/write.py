"""Figures by area and the list for command units, written out: who may be shown is asked and entered first."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl

from hiu.disk import replace
from hiu.errors import HiuError
from hiu.govern.login import login
from hiu.govern.release.canary import tells
from hiu.govern.release.ground import Ground
from hiu.month import Month
from hiu.places.demand import LEVELS as LABELS
from hiu.places.demand import PERIOD, clustering, persons, populations
from hiu.publish.access import visible, withheld, withheld_words
from hiu.publish.pathway.forms import files
from hiu.publish.pathway.labels import NAMED, unnamed
from hiu.publish.pathway.part import Part
from hiu.publish.release.folder import read_manifest
from hiu.publish.stamp import Stamp
from pipelines.access.basis import allowed, for_board, for_group
from pipelines.access.disclose import Disclosure, enter_disclosure
from pipelines.access.looks import enter_look
from pipelines.access.pages import stamp_of
from pipelines.access.releases import START, Export, keep_export, kept_export
from pipelines.access.wording import people_of
from pipelines.common.journal import record
from pipelines.common.place import Place, published_tables
from pipelines.common.progress import out as say
from pipelines.papers.places.cells import LEVELS, decide
from pipelines.papers.places.figures import Counted, paper, spread_of
from pipelines.papers.places.people import people_paper

AREAS = "areas"
"""The register in which the cells of figures by area are kept."""
TASKING = Disclosure(
    what="list for command units",
    recipient="group",
    purpose="support",
    necessity="The group settles with each command unit and mental-health team who does what about whom.",
    proportionality="People supported and the first of the list only, with their area and one sentence a task.",
)
_TABLES = ("ranked", "people", "support", "changes", "aliases", "conflicts", "coverage", "event_place")


def write_figures(place: Place, month: str | None, *, folder: Path | None, now: datetime) -> Path | None:
    """Write the figures by area of a month: page, workbook and PDF; the folder. None where the site has no crosswalk.

    Raises HiuError without a basis for planning, or for a month that was published before there was a crosswalk.
    """
    if not _has_places(place):
        return None
    wanted, source = place.which(month)
    tables = _tables(place, wanted, source)
    kept, left_out, basis = for_board(place, tables, now.date())
    grown = adults(kept, place.settings.rank.minimum_age)
    counted = _kept(place, wanted) or _counted(place, wanted, grown, tables["coverage"], now)
    target = folder or place.curated / "exports" / "places" / str(wanted)
    about = {"month": str(wanted), "counted": str(counted.month), "left_out": left_out, "basis": list(basis)}
    record(place, now, "places_written", **about, login=login())
    return _write(target, paper(counted, _stamp(place, wanted, source, now)))


def write_people(place: Place, month: str | None, *, folder: Path | None, now: datetime) -> Path | None:
    """Write the list for command units and where the team should sit, of people who may be shown to the group."""
    if not _has_places(place):
        return None
    wanted, source = place.which(month)
    tables = for_group(place, _tables(place, wanted, source), now.date())
    top = place.settings.rank.top
    shown, left_out = visible(tables["ranked"], top), withheld(tables["ranked"], top)
    target = folder or place.curated / "exports" / "places-people" / str(wanted)
    ids = shown["person_id"].to_list()
    found = allowed(place, ids, purpose="support", recipient="group", on=now.date(), aliases=tables["aliases"])
    enter_look(place, now, TASKING.what, ids, month=wanted)
    about = {"basis": found.codes, "by": login(), "people": len(ids), "withheld": left_out, "file": target.name}
    enter_disclosure(place, now, TASKING, **about)  # type: ignore[arg-type]
    kept_back = withheld_words(tables["ranked"], top)
    say(f"withheld: {kept_back}")
    return _write(target, people_paper(tables, shown, top, kept_back, _stamp(place, wanted, source, now)))


def adults(tables: Mapping[str, pl.DataFrame], minimum_age: int) -> pl.DataFrame:
    """The contacts of who was of age by the end of their month, as in the board paper; without a date of birth people
    are taken for adults."""
    grown = tables["people"].select("person_id", grown=pl.col("dob").dt.offset_by(f"{minimum_age}y"))
    joined = tables["event_place"].join(grown, on="person_id", how="left")
    adult = pl.col("grown").is_null() | (pl.col("grown") <= pl.col("start").dt.date().dt.month_end())
    return joined.filter(adult).drop("grown")


def months_supplied(coverage: pl.DataFrame, month: Month) -> dict[str, int]:
    """How many of the months up to this one, of which the figures are, were supplied of each data set."""
    own = coverage.filter(pl.col("month").is_between((month - (PERIOD - 1)).start, month.start))
    return dict(own.group_by("dataset").agg(pl.col("supplied").sum()).sort("dataset").iter_rows())


def _has_places(place: Place) -> bool:
    if not place.crosswalk:
        say("This site has no crosswalk of places, so there is nothing by area. docs/places.md says how it gets one.")
    return bool(place.crosswalk)


def _tables(place: Place, month: Month, source: Path) -> dict[str, pl.DataFrame]:
    tables = published_tables(source, _TABLES)
    if "event_place" not in tables:
        raise HiuError(
            f"{month.title} was published before the site had a crosswalk of places: 'hiu run {month}' publishes it "
            "anew"
        )
    return tables | {"event_place": unnamed(tables["event_place"], people_of(place), *LABELS)}


def _stamp(place: Place, month: Month, source: Path, now: datetime) -> Stamp:
    manifest = read_manifest(source)
    return stamp_of(place, month, str(manifest["run_id"]), now, str(manifest["settings_version"]))


def _counted(place: Place, month: Month, places: pl.DataFrame, coverage: pl.DataFrame, now: datetime) -> Counted:
    """The figures counted anew, and kept: every later paper of these 12 months repeats them."""
    solved = decide(places, month)
    if solved.refused:
        raise HiuError("figures by area were not written: " + "; ".join(solved.refused))
    spread = {
        f"{area} {level}": spread_of(clustering(persons(places, area, level).drop_nulls(level)["repeat"]))
        for area, levels in LEVELS.items()
        for level in levels
    }
    people = populations(place.crosswalk.rows, month.end)
    supplied = months_supplied(coverage, month)
    answers = {"spread": spread, "people": people, "files": _files(place), "supplied": supplied}
    export = Export(
        recipient=AREAS,
        month=str(month),
        head=START,
        files={},
        cells=solved.cells,
        ground=Ground(str(month), {}, {}),
        answers=answers,
    )
    keep_export(place, export, now)
    return _of(month, export)


def _files(place: Place) -> list[str]:
    """The files that the areas are from; one that is called as somebody is stands without its name."""
    everybody = people_of(place)
    return [NAMED if tells(one, everybody) else one for one in place.crosswalk.files]


def _kept(place: Place, month: Month) -> Counted | None:
    """The figures that were counted for a month less than 12 months from this one, the latest of them."""
    near = [month + step for step in range(PERIOD - 1, -PERIOD, -1)]
    found = ((one, kept_export(place, AREAS, str(one))) for one in near)
    return next((_of(one, export) for one, export in found if export), None)


def _of(month: Month, export: Export) -> Counted:
    return Counted(month=month, cells=export.cells, **export.answers)  # type: ignore[arg-type]


def _write(folder: Path, part: Part) -> Path:
    """Every form of a paper into a folder for its owner alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, content in files(part).items():
        path = folder / name
        path.touch(0o600)
        replace(path, content)
        say(f"{path}")
    return folder
