"""Linking a million rows beside Splink: seconds, CPU, peak memory and B-cubed of each, both with a saved model.

    .venv-bench/bin/python tests/bench/link_peers_scale.py [--people 262000] [--seed 1] [--folder DIR]

Each side works on the same standardised rows, in a process of its own, from rows in memory to a person for every
row. Ours: collapse the rows to descriptions (SQL), link them. Splink: the model of its own tutorial (names by
Jaro-Winkler, date of birth, postcode, NHS number, sex), trained once and saved, then `predict` and `cluster` on the
rows as they are. Prints a Markdown table for docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl
import psutil
from link_areas import ROW, Area, score
from run_million import LAST, area

from hiu.engine.duckdb import Warehouse
from hiu.engine.steps import BEFORE_LINK, build_all
from hiu.extract.files.find import find_deliveries
from hiu.extract.files.read import read_table
from hiu.extract.standardise import standardise
from hiu.link import link
from hiu.model import DELIVERIES
from hiu.settings import Counting, Linking
from hiu.sources import load_sources

C = pl.col
SPLINK_AT = 0.95


def prepare(site: Path, out: Path) -> None:
    """Standardise the area's files once: record.parquet, deliveries.parquet, truth.parquet."""
    if (out / "truth.parquet").exists():
        return
    out.mkdir(parents=True, exist_ok=True)
    sources, records, deliveries = load_sources(site / "sources"), [], []
    for number, found in enumerate(find_deliveries(site / "data" / "raw", sources).deliveries):
        told = {"delivery_id": f"d{number:05}", "source_file": found.name, "period": found.period}
        table = read_table(found.path, sources[found.source], name=found.name, max_bytes=2**31, max_ratio=200)
        records.append(standardise(table, sources[found.source], synthetic=True, **told).records)
        told |= {"source": found.source, "period": found.period.start if found.period else None}
        deliveries.append(dict.fromkeys(DELIVERIES.names) | told)
    rows = pl.concat(records)
    rows.write_parquet(out / "record.parquet")
    pl.DataFrame(deliveries, infer_schema_length=None).write_parquet(out / "deliveries.parquet")
    truth = pl.read_parquet(site / "data" / "truth" / "rows.parquet").select(*ROW, "person_id", "linkable")
    whose = rows.select("delivery_id", *ROW).join(truth.with_columns(C("source_row").cast(pl.Int64)), on=ROW)
    whose.write_parquet(out / "truth.parquet")


def ours(folder: Path) -> tuple[dict[str, float], pl.DataFrame]:
    """Collapse and link; a cluster for every row."""
    records, deliveries = pl.read_parquet(folder / "record.parquet"), pl.read_parquet(folder / "deliveries.parquet")
    with Warehouse(None, memory_limit="3GB") as warehouse:
        warehouse.put("record", records)
        warehouse.put("deliveries", deliveries)
        del records
        clock = _Clock()
        build_all(warehouse, BEFORE_LINK, LAST, Counting())
        clock.lap("collapse")
        linked = link(warehouse.read("identity"), settings=Linking(), events=warehouse.read("identity_event"))
        clock.lap("link")
        of = warehouse.read("select delivery_id, source_row, identity_id from record_identity order by all")
        rows = of.join(linked.clusters.select("identity_id", "cluster"), on="identity_id")
        clock.lap("rows")
    return clock.told, rows.select("delivery_id", "source_row", "cluster")


def _splink_rows(folder: Path) -> Any:
    """What Splink is given: every row that names somebody."""
    rows = pl.read_parquet(folder / "record.parquet").filter(~C("nobody")).with_row_index("unique_id")
    kept = rows.select(
        "unique_id",
        "delivery_id",
        "source_row",
        "given",
        "family",
        "dob",
        "postcode",
        "sex",
        nhs="nhs_number",
        full_name=pl.concat_str("given", "family", separator=" "),
    )
    return kept.to_arrow()


def train(folder: Path) -> dict[str, float]:
    """Train as the tutorial does and save model.json; not part of what is compared."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("nhs"),
            block_on("given", "family"),
            block_on("family", "dob"),
            block_on("given", "dob"),
            block_on("postcode", "given"),
        ],
        comparisons=[
            cl.ForenameSurnameComparison("given", "family", forename_surname_concat_col_name="full_name"),
            cl.DateOfBirthComparison("dob", input_is_string=False),
            cl.PostcodeComparison("postcode"),
            cl.ExactMatch("nhs"),
            cl.ExactMatch("sex"),
        ],
    )
    api, clock = DuckDBAPI(), _Clock()
    linker = Linker(api.register(_splink_rows(folder)), settings)
    sure = [block_on("nhs"), "l.given = r.given and l.family = r.family and l.dob = r.dob"]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in (block_on("given", "family"), block_on("dob")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    linker.misc.save_model_to_json(str(folder / "splink.json"), overwrite=True)
    clock.lap("train")
    return clock.told


def splink(folder: Path) -> tuple[dict[str, float], pl.DataFrame]:
    """Predict and cluster with the saved model; a cluster for every row."""
    from splink import DuckDBAPI, Linker

    table, api = _splink_rows(folder), DuckDBAPI()
    rows = api.register(table)
    clock = _Clock()
    linker = Linker(rows, str(folder / "splink.json"))
    pairs = linker.inference.predict(threshold_match_probability=SPLINK_AT)
    clock.lap("predict")
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, SPLINK_AT)
    clusters = pl.from_arrow(found.as_duckdbpyrelation().to_arrow_table())
    clock.lap("cluster")
    assert isinstance(clusters, pl.DataFrame)
    return clock.told, clusters.select("delivery_id", "source_row", cluster=C("cluster_id").cast(pl.String))


class _Clock:
    """Seconds and CPU seconds of each lap."""

    def __init__(self) -> None:
        self.told: dict[str, float] = {}
        self._at = (time.perf_counter(), time.process_time())

    def lap(self, name: str) -> None:
        now = (time.perf_counter(), time.process_time())
        self.told |= {f"{name} s": now[0] - self._at[0], f"{name} cpu": now[1] - self._at[1]}
        self._at = now


def _peak() -> float:
    """The most memory this process ever held, GB."""
    try:
        import resource
    except ImportError:
        return float(psutil.Process().memory_info().peak_wset) / 2**30
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _judge(folder: Path, clusters: pl.DataFrame) -> dict[str, float]:
    """B-cubed over linkable rows; a row that was not given to the peer is a person of its own."""
    truth = pl.read_parquet(folder / "truth.parquet").join(clusters, on=["delivery_id", "source_row"], how="left")
    alone = pl.concat_str("delivery_id", "source_row", separator="|")
    rows = truth.with_columns(identity_id=pl.coalesce("cluster", alone))
    found = rows.select("identity_id", cluster="identity_id").unique()
    return score(Area(found, found, rows.drop("cluster")), found)


def _side(folder: Path, side: str) -> dict[str, float]:
    """One side in a process of its own; its last line is what it took."""
    command = [sys.executable, __file__, "--folder", str(folder), "--side", side]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True)
    told: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def main() -> None:
    """Prepare, train, run each side, judge, print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--people", type=int, default=262_000)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "hiu-million")
    ask.add_argument("--side", choices=["train", "ours", "splink"], help="what one process does; used by the script")
    asked = ask.parse_args()
    rows = asked.folder / "rows"
    if asked.side == "train":
        print(json.dumps(train(rows)))
    elif asked.side:
        told, clusters = {"ours": ours, "splink": splink}[asked.side](rows)
        clusters.write_parquet(rows / f"{asked.side}.parquet")
        print(json.dumps(told | {"peak GB": _peak()}))
    else:
        _compare(asked.folder, rows, asked.people, asked.seed)


def _compare(folder: Path, rows: Path, people: int, seed: int) -> None:
    area(folder, people, 24, seed)
    prepare(folder, rows)
    if not (rows / "splink.json").exists():
        print("training took", _side(folder, "train"), file=sys.stderr)
    for side in ("splink", "ours"):
        told = _side(folder, side)
        found = _judge(rows, pl.read_parquet(rows / f"{side}.parquet"))
        cells = [f"{name} {value:.2f}" for name, value in told.items()]
        cells += [f"{name} {found[name]:.4f}" for name in ("precision", "recall", "f1", "wrong")]
        print("| " + " | ".join([side, *cells]) + " |", flush=True)


if __name__ == "__main__":
    main()
