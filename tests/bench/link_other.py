"""Matching on areas by another maker: as shipped, then with a model trained on the area's own trusted NHS numbers.

    python tests/bench/link_other.py [--seeds 101 102 103] [--people 20000] [--months 24] [--folder DIR] [--own]
    python tests/bench/link_other.py --site DIR      # a site that such a run made, from its files on

`--own`: areas of hiu.synth instead, which lists no traps.

For each area: a new site, the files of all months (tests/bench/other_areas), `hiu run`, `hiu train`, its adoption and
`hiu run` again, each as it would be typed. Last come both models, each at the line of highest F1 at which no more than
0.2% of rows are wrong, which only the truth can tell. Measured over linkable rows, those that say enough about the
right person:

- B-cubed precision, recall and F1, and F1 of the rows of people who have twelve or more;
- the share of rows in a wrong cluster, one of which most rows are of somebody else;
- rows in a wrong cluster, and rows away from most of their person's, as the run's own quality table estimates them and
  as they are: "in" where the truth lies inside the printed interval;
- of pairs who look alike, how many share no cluster; of people with a second face, how many have most of the rows under
  it in the cluster that holds most of their other rows.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from other_areas import make
from run_million import area

from hiu.link.joining import LINES
from hiu.link.match import Cuts
from hiu.link.model.scorer import WeightTable
from hiu.settings import Linking

KEY = ["source", "source_file", "source_row"]
OFTEN = 12
_ERROR = {"precision": "wrong %: expected, from, to", "recall": "missed %: expected, from, to"}
Figures = dict[str, Any]


def hiu(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One command of the product on the site; any code but 0 and 3 ends the bench with what the command printed."""
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *words, "--site", str(site)], capture_output=True, text=True
    )
    if done.returncode not in (0, 3):
        raise SystemExit(f"hiu {' '.join(words)} ended with code {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done


def published(site: Path, month: str) -> tuple[Path, Figures]:
    """Run a month; the file with the links of everybody, and what the run said."""
    said = json.loads(hiu(site, "run", month, "--json").stdout)
    folder = Path(said["published"])
    whole = folder.parents[1] / "working" / folder.name / "links.parquet"
    run = {name: said[name] for name in ("received", "quarantined")} | {"refused": len(said["refused"])}
    told = pl.read_parquet(folder / "link_quality.parquet").filter(group="all", basis="model")
    for measure, value, low, high in told.select("measure", "value", "low", "high").iter_rows():
        run[_ERROR[measure]] = [round(100 * (1 - share), 3) for share in (value, high, low)]
    return whole if whole.exists() else folder / "links.parquet", run | {
        "link s": round(said["seconds"].get("link", 0.0), 1)
    }


def trained(site: Path) -> float:
    """Train a model and put it in force; the seconds that training took."""
    since = time.perf_counter()
    hiu(site, "train")
    took = time.perf_counter() - since
    hiu(site, "train", "--adopt", newest_model(site).name, "--by", "The bench")
    return took


def newest_model(site: Path) -> Path:
    """The model that was trained last."""
    return max((site / "models").glob("*.json"), key=lambda path: path.stat().st_mtime)


def matched(links: Path, truth: Path) -> pl.DataFrame:
    """Linkable rows with their true person and the cluster they were put in; each must have one."""
    rows = _told(truth)
    found = pl.read_parquet(links, columns=[*KEY, "identity_id", "person_id"]).with_columns(
        pl.col("source_row").cast(pl.Int64)
    )
    both = rows.join(found, on=KEY, how="left").filter(pl.col("linkable") == 1)
    if both["person_id"].null_count():
        raise SystemExit(f"{both['person_id'].null_count()} linkable rows of the truth have no person in {links}.")
    return both


def _told(truth: Path) -> pl.DataFrame:
    """The truth of the second maker, or of hiu.synth."""
    if (truth / "rows.csv").exists():
        return pl.read_csv(truth / "rows.csv").with_columns(pl.col("face").fill_null(""))
    rows = pl.read_parquet(truth / "rows.parquet").select(*KEY, pl.col("linkable").cast(pl.Int8), person="person_id")
    return rows.with_columns(pl.col("source_row").cast(pl.Int64), face=pl.lit(""))


def b_cubed(both: pl.DataFrame) -> Figures:
    """How pure the clusters are, how whole the people, and both for people with many rows."""
    shared = pl.len().over("person", "person_id")
    each = both.with_columns(
        precision=shared / pl.len().over("person_id"),
        recall=shared / pl.len().over("person"),
        often=pl.len().over("person") >= OFTEN,
    )
    often = each.filter("often")
    most = both.group_by("person_id", "person").len().sort("len", "person", descending=[True, False])
    owner = most.unique("person_id", keep="first", maintain_order=True).select("person_id", owner="person")
    wrong = both.join(owner, on="person_id").select((pl.col("person") != pl.col("owner")).mean()).item()
    missed = 1 - both.group_by("person", "person_id").len().group_by("person").max()["len"].sum() / len(both)
    errors = {"wrong rows %": round(100 * wrong, 3), "missed rows %": round(100 * missed, 3)}
    return {"rows": len(both), **_means(each), **errors, "F1 12+": _means(often)["F1"]}


def _means(each: pl.DataFrame) -> Figures:
    precision, recall = (float(each[name].mean() or 0) for name in ("precision", "recall"))  # type: ignore[arg-type]
    whole = precision + recall
    return {
        "P": round(precision, 4),
        "R": round(recall, 4),
        "F1": round(2 * precision * recall / whole if whole else 0, 4),
    }


def traps(both: pl.DataFrame, truth: Path) -> Figures:
    """Of each kind of trap, how many are right."""
    rows = pl.read_csv(truth / "traps.csv")
    clusters = {number: set(ids) for number, ids in both.group_by("person").agg("person_id").iter_rows()}
    main = _main(both.filter(face=""), "person")
    faced = _main(both.filter(pl.col("face") != ""), "person", "face")
    found: dict[str, list[bool]] = {}
    for trap, kind, person, other in rows.iter_rows():
        right = not clusters[person] & clusters[other] if trap == "split" else faced[person, kind] == main[person,]
        for name in (trap, kind):
            found.setdefault(name, []).append(right)
    return {name: f"{sum(right)}/{len(right)}" for name, right in found.items()}


def _main(rows: pl.DataFrame, *by: str) -> dict[tuple[object, ...], str]:
    """The cluster that holds most of the rows of each group."""
    most = (
        rows.group_by(*by, "person_id")
        .len()
        .sort("len", "person_id", descending=[True, False])
        .unique(by, keep="first")
    )
    return {tuple(row[:-1]): row[-1] for row in most.select(*by, "person_id").iter_rows()}


def measure(site: Path, month: str) -> Iterator[Figures]:
    """Both models on one site, each as soon as it is measured."""
    links, said = published(site, month)
    yield {"model": "shipped", **_figures(links, site), **said}
    took = trained(site)
    links, said = published(site, month)
    yield {"model": "trained", **_figures(links, site), **said, "train s": round(took)}
    yield from best(site, links)


def best(site: Path, links: Path) -> Iterator[Figures]:
    """Of each model the line of highest F1 at which no more than 0.2% of rows are wrong: models beside each other."""
    with duckdb.connect(str(site / "data" / "curated" / "hiu.duckdb"), read_only=True) as db:
        identity, events = (db.sql(f"SELECT * FROM {name}").pl() for name in ("identity", "identity_event"))
    rows = matched(links, _truth(site)).drop("person_id")
    shipped_model = resources.files("hiu.link.model").joinpath("model.json")
    for name, text in (("shipped", shipped_model.read_text()), ("trained", newest_model(site).read_text())):
        cuts = Cuts(identity, settings=Linking(), lowest=LINES[0], events=events, model=WeightTable(json.loads(text)))
        found = [{"model": name, "line": line, **b_cubed(_joined(rows, cuts.at(line).clusters))} for line in LINES]
        yield max(
            (one for one in found if float(one["wrong rows %"]) <= 0.2), key=lambda one: one["F1"], default=found[-1]
        )


def _joined(rows: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    return rows.join(clusters.select("identity_id", person_id="cluster"), on="identity_id")


def _figures(links: Path, site: Path) -> Figures:
    truth = _truth(site)
    both = matched(links, truth)
    return b_cubed(both) | (traps(both, truth) if (truth / "traps.csv").exists() else {})


def _truth(site: Path) -> Path:
    return next(folder for folder in (site / "truth", site / "data" / "truth") if folder.exists())


def new_site(folder: Path, seed: int, people: int, months: int, own: bool) -> Path:
    """An invented area in a site of its own; one chart, since none is looked at."""
    site = folder / f"area-{seed}-{people}"
    if own:
        area(site, people, months, seed)
        return _one_chart(site)
    init = [sys.executable, "-m", "pipelines.cli", "init", str(site), "--synthetic", "--name", f"Other area {seed}"]
    subprocess.run(init, check=True, capture_output=True)
    make(site, seed=seed, people=people, months=months)
    return _one_chart(site)


def _one_chart(site: Path) -> Path:
    with (site / "site.toml").open("a", encoding="utf-8") as file:
        file.write("\n[rank]\ncharts = 1\n")
    return site


def main() -> None:
    """Print a line of figures for each area and model."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103])
    asked.add_argument("--people", type=int, default=20_000)
    asked.add_argument("--months", type=int, default=24)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--site", type=Path)
    asked.add_argument("--own", action="store_true")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as kept:
        for seed in [0] if given.site else given.seeds:
            site = given.site or new_site(given.folder or Path(kept), seed, given.people, given.months, given.own)
            for figures in measure(site, "2026-03"):
                print(json.dumps({"area": site.name, **figures}), flush=True)


if __name__ == "__main__":
    main()
