"""Train: a model of the area's own, with a report of what it would change; in force only once somebody adopts it."""

import json
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import polars as pl

from hiu.disk import replace
from hiu.engine import Engine
from hiu.errors import UsageError
from hiu.link.model.candidate import Candidate, candidate, change_counts, people_changes
from hiu.link.model.scorer import WeightTable
from hiu.link.people.ids import assign_people
from hiu.link.site_rules import link_under_site_rules, with_site_names
from hiu.month import Month
from hiu.publish.quality.training import train_page
from pipelines.access.pages import stamp_of
from pipelines.common.journal import record
from pipelines.common.lock import hold
from pipelines.common.model import FOLDER, name_of, path_of
from pipelines.common.place import Place, open_warehouse
from pipelines.common.progress import Reporter, out
from pipelines.common.toml_edit import with_value
from pipelines.common.work import Row, Work

SHIPPED = "shipped"
TOP = 50
CHANGE = ("people_before", "people_after", "joins", "splits", "entering", "leaving")
C = pl.col
Effect = tuple[dict[str, int], pl.DataFrame, pl.DataFrame]
Steps = Sequence[Callable[[Work], None]]


def train(place: Place, *, steps: Steps, now: datetime, report: Reporter) -> Path:
    """Fit a model to the latest month's descriptions; writes it and its report into the site's models/ folder.

    `steps` count and rank anew under each model. Nothing that is published changes.
    Raises Busy while a run is going on, HiuError if the area is too small.
    """
    month, _ = place.which(None)
    with hold(place.lock, "hiu train", now):
        base = _values(path_of(place))
        with _copy(place) as warehouse, report.stage("train"):
            work = Work(place, month, "train", now, warehouse, report, "")
            _require(work)
            identity, events = warehouse.read("identity"), warehouse.read("identity_event")
            made = (
                f"Fitted by 'hiu train' on {now:%Y-%m-%d}, site {place.settings.name}, data to {month}, from "
                f"trusted NHS numbers hidden from the model; base {base['version']}."
            )
            linking = place.settings.linking
            found = candidate(with_site_names(identity, linking), events, base, settings=linking, made=made)
            effect = _effect(work, steps, identity, events, base, found)
        path = _write_model(place, found, effect, month, now)
        shutil.rmtree(place.spill, ignore_errors=True)
    about = {"model": path.name, "version": found.values["version"], "pairs": found.pairs, "month": str(month)}
    record(place, now, "model_trained", **about)
    _print_training(place, path, found, effect[0])
    return path


def adopt(place: Place, which: str, by: str | None, *, now: datetime) -> None:
    """Put a trained model, or the shipped one, in force. Raises UsageError without a name, or for another file."""
    name = " ".join((by or "").split())
    if not name:
        raise UsageError("--adopt needs --by NAME: who is one person is somebody's decision")
    value = None
    if which != SHIPPED:
        path = place.home / FOLDER / Path(which).name
        if not path.is_file() or name_of(path.read_bytes()) != path.name:
            raise UsageError(f"{which}: not a model that 'hiu train' made in {place.home / FOLDER}")
        value = f"{FOLDER}/{path.name}"
    site = place.home / "site.toml"
    text = with_value(site.read_bytes().decode("utf-8"), "linking", "model", value, f"adopted {now:%Y-%m-%d} by {name}")
    before = place.settings.linking.model
    record(place, now, "model_adopted", **{"from": before.name if before else SHIPPED}, to=value or SHIPPED, by=name)
    replace(site, text.encode("utf-8"))
    out(
        f"{site}: {'the shipped model' if value is None else value}, adopted by {name}; recorded. The next 'hiu run' "
        "matches with it; decisions hold as before."
    )


def _values(path: Path | None) -> Row:
    source = resources.files("hiu.link.model").joinpath("model.json") if path is None else path
    values: Row = json.loads(source.read_text(encoding="utf-8"))
    return values


def _copy(place: Place) -> Engine:
    """A copy of the working warehouse to try things on, among the files that are emptied after."""
    place.spill.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = place.spill / "train.duckdb"
    aside.unlink(missing_ok=True)
    shutil.copyfile(place.warehouse, aside)
    return open_warehouse(place, aside)


def _require(work: Work) -> None:
    """The warehouse is as at the latest published month."""
    last = work.warehouse.read("calendar")["month"].max()
    if last != work.month.start:
        raise UsageError(f"the last run was of another month than {work.month}: 'hiu run {work.month}' first")


def _effect(
    work: Work, steps: Steps, identity: pl.DataFrame, events: pl.DataFrame, base: Row, found: Candidate
) -> Effect:
    """Counts of what would differ, the first places under both models (person_id, before, after), and `moves`."""
    people, ranks = [], []
    for values in (base, found.values):
        linked = link_under_site_rules(
            identity,
            settings=work.place.settings.linking,
            events=events,
            model=WeightTable(values),
            decisions=work.warehouse.read("decisions"),
        )
        cluster = assign_people(linked.clusters, identity, work.place.key_for("person"))
        work.warehouse.put("cluster", cluster)
        for step in steps:
            step(work)
        people.append(cluster)
        ranked = work.warehouse.rows(
            "ranked", "person_id", "rank", where={"list": "adult"}, order=["rank", "person_id"]
        )
        ranks.append(ranked)
    change = change_counts(people[0], people[1])
    top = _first_places(*ranks)
    change["entering"] = top.filter(C("before").is_null() | (C("before") > TOP)).height
    change["leaving"] = top.filter(C("after").is_null() | (C("after") > TOP)).height
    return change, top, people_changes(people[0], people[1], identity.select("identity_id", "rows"))


def _first_places(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    both = before.rename({"rank": "before"}).join(
        after.rename({"rank": "after"}), on="person_id", how="full", coalesce=True
    )
    return both.filter((C("before") <= TOP) | (C("after") <= TOP)).sort("after", "before", "person_id", nulls_last=True)


def _write_model(place: Place, found: Candidate, effect: Effect, month: Month, now: datetime) -> Path:
    content = found.text.encode("utf-8")
    folder = place.home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name_of(content)
    path.write_bytes(content)
    stamp = stamp_of(place, month, str(found.values["version"]), now.astimezone(UTC))
    link_at = place.settings.linking.link_at
    page = train_page(found, *effect, stamp=stamp, link_at=link_at, file=path.name)
    path.with_suffix(".html").write_text(page, encoding="utf-8", newline="\n")
    return path


def _print_training(place: Place, path: Path, found: Candidate, change: dict[str, int]) -> None:
    far = found.weights.with_columns(step=C("after") - C("before")).filter(C("step") != 0)
    out(f"{found.pairs:,} labelled pairs, {found.same:,} of one person. Weights that move most:")
    for row in far.sort(C("step").abs(), descending=True).head(8).iter_rows(named=True):
        level = row["level"].replace("_", " ")
        out(f"  {row['field']:<11} {level:<26} {row['before']:+7.2f} -> {row['after']:+7.2f}")
    for row in found.thresholds.filter(threshold=place.settings.linking.link_at).iter_rows(named=True):
        out(
            f"Pairs kept aside, {row['model']}: {row['joined']:,} joined, {row['wrong']:,} of them of two people; "
            f"{row['missed']:,} of one person not joined."
        )
    now, then, joins, splits, enter, leave = (change[name] for name in CHANGE)
    out(
        f"Clusters: {now:,} -> {then:,} people; {joins:,} joins, {splits:,} splits. "
        f"First {TOP}: {enter} would enter, {leave} leave."
    )
    out(f"report     {path.with_suffix('.html')}")
    out(f"Nothing has changed. To use it: hiu train --adopt {path.name} --by NAME --site {place.home}")
