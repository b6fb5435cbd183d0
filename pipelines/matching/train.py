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
from hiu.link.joining import Line, where_to_join
from hiu.link.match import Cuts
from hiu.link.model.adopted import name_of, path_of
from hiu.link.model.candidate import ENOUGH, LEAST, LINES, Candidate, candidate
from hiu.link.model.changes import change_counts, people_changes
from hiu.link.model.scorer import WeightTable
from hiu.link.people.ids import assign_people
from hiu.link.review.quality import UNPROVED_SPREAD
from hiu.link.site_rules import link_under_site_rules, with_site_names
from hiu.month import Month
from hiu.publish.quality.training import train_page
from pipelines.access.pages import stamp_of
from pipelines.common.journal import record
from pipelines.common.lock import hold
from pipelines.common.model import FOLDER
from pipelines.common.place import Place, open_warehouse, with_value
from pipelines.common.progress import Reporter, out
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
        base = _values(path_of(place.home, place.settings.linking))
        with _copy(place) as warehouse, report.stage("train"):
            work = Work(place, month, "train", now, warehouse, report, "")
            _require(work)
            identity, events = warehouse.read("identity"), warehouse.read("identity_event")
            made = (
                f"Fitted by 'hiu train' on {now:%Y-%m-%d}, site {place.settings.name}, data to {month}, from trusted "
                f"NHS numbers hidden from the model, or, if they are too few, from how descriptions agree; base "
                f"{base['version']}."
            )
            linking = place.settings.linking
            seen = with_site_names(identity, linking)
            found = candidate(seen, events, base, settings=linking, made=made)
            line = _line(work, seen, events, found)
            effect = _effect(work, steps, identity, events, ((base, linking.link_at), (found.values, line.link_at)))
        path = _write_model(place, found, line, effect, month, now)
        shutil.rmtree(place.spill, ignore_errors=True)
    about = {"model": path.name, "version": found.values["version"], "pairs": found.pairs, "month": str(month)}
    record(place, now, "model_trained", **about, link_at=line.link_at, expected_wrong=round(line.wrong, 5))
    _print_training(place, path, found, line, effect[0])
    return path


def adopt(place: Place, which: str, by: str | None, *, now: datetime) -> None:
    """Put a trained model and its line, or the shipped ones, in force.

    Raises UsageError without a name, or for another file.
    """
    name = " ".join((by or "").split())
    if not name:
        raise UsageError("--adopt needs --by NAME: give the name of whoever decides")
    value, link_at = None, None
    if which != SHIPPED:
        path = place.home / FOLDER / Path(which).name
        if not path.is_file() or name_of(path.read_bytes()) != path.name:
            raise UsageError(f"{which}: not a model that 'hiu train' made in {place.home / FOLDER}")
        value, link_at = f"{FOLDER}/{path.name}", _values(path).get("link_at")
    site = place.home / "site.toml"
    text, note = site.read_bytes().decode("utf-8"), f"adopted {now:%Y-%m-%d} by {name}"
    for key, chosen in (("model", value), ("link_at", link_at)):
        text = with_value(text, "linking", key, chosen, note)
    before = place.settings.linking
    earlier = {"from": before.model.name if before.model else SHIPPED, "link_at_before": before.link_at}
    record(place, now, "model_adopted", **earlier, to=value or SHIPPED, link_at=link_at, by=name)
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
    place.require_file("train")
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


def _line(work: Work, identity: pl.DataFrame, events: pl.DataFrame, found: Candidate) -> Line:
    """Where the candidate should join, so that few rows are on a wrong record."""
    linking, decisions = work.place.settings.linking, work.warehouse.read("decisions")
    cuts = Cuts(
        identity, settings=linking, lowest=LINES[0], events=events, model=WeightTable(found.values), decisions=decisions
    )
    return where_to_join(cuts, identity, decisions, linking.wrong_rows, unproved=found.unlabelled)


def _effect(
    work: Work, steps: Steps, identity: pl.DataFrame, events: pl.DataFrame, models: Sequence[tuple[Row, float]]
) -> Effect:
    """Counts of what would differ, the first places under both models (person_id, before, after), and `moves`.

    models: the one in force and the candidate, each with the probability from which it joins.
    """
    people, ranks = [], []
    for values, link_at in models:
        linked = link_under_site_rules(
            identity,
            settings=work.place.settings.linking.model_copy(update={"link_at": link_at}),
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


def _write_model(place: Place, found: Candidate, line: Line, effect: Effect, month: Month, now: datetime) -> Path:
    before = place.settings.linking.link_at
    content = found.text_with(link_at=line.link_at, before=before).encode("utf-8")
    folder = place.home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name_of(content)
    path.write_bytes(content)
    stamp = stamp_of(place, month, str(found.values["version"]), now.astimezone(UTC))
    page = train_page(found, line, *effect, stamp=stamp, link_at=before, file=path.name)
    path.with_suffix(".html").write_text(page, encoding="utf-8", newline="\n")
    return path


def _print_training(place: Place, path: Path, found: Candidate, line: Line, change: dict[str, int]) -> None:
    if found.unlabelled:
        out(
            f"The NHS numbers label {found.pairs:,} pairs, {found.same:,} of them of one person: fewer than {ENOUGH:,} "
            f"in all, or than {LEAST} of one person or of two people. So the model was learned from how descriptions "
            "agree, and nothing has shown its figures to be right. Look at the joins in the report before you adopt it."
        )
    far = found.weights.with_columns(step=C("after") - C("before")).filter(C("step") != 0)
    out(f"{found.pairs:,} labelled pairs, {found.same:,} of one person. Weights that move most:")
    for row in far.sort(C("step").abs(), descending=True).head(8).iter_rows(named=True):
        level = row["level"].replace("_", " ")
        out(f"  {row['field']:<11} {level:<26} {row['before']:+7.2f} -> {row['after']:+7.2f}")
    judged = "Candidate pairs, as the candidate expects" if found.unlabelled else "People it was not fitted to"
    for row in found.thresholds.filter(threshold=place.settings.linking.link_at).iter_rows(named=True):
        out(
            f"{judged}, {row['model']}: {row['joined']:,} pairs joined, {row['wrong']:,} of them of "
            f"two people; {row['missed']:,} of one person not joined."
        )
    out(
        f"Line: pairs join from a probability of {line.link_at:g}; {line.wrong:.2%} of rows are then expected on a "
        f"wrong record (wanted: at most {line.wanted:.2%})."
    )
    if line.allowed > line.wanted:
        out(
            f"With at most {line.wanted:.2%} hardly anybody would be joined, since descriptions say so little here. "
            f"The line keeps to {line.allowed:.2%}, half of what joins at even odds would bring."
        )
    if found.unlabelled:
        most, least = UNPROVED_SPREAD
        out(
            f"Where the truth is known, the share was {least:g} to {most:g} times what a model learned in this way "
            f"expected: so {line.wrong * least:.2%} to {line.wrong * most:.2%}."
        )
    if line.wrong > line.allowed:
        out("That is more than wanted, and no stricter line is tried: look at the joins in the report first.")
    now, then, joins, splits, enter, leave = (change[name] for name in CHANGE)
    out(
        f"Clusters: {now:,} -> {then:,} people; {joins:,} joins, {splits:,} splits. "
        f"First {TOP}: {enter} would enter, {leave} leave."
    )
    out(f"report     {path.with_suffix('.html')}")
    out(f"Nothing has changed. To use it: hiu train --adopt {path.name} --by NAME --site {place.home}")
