"""The month's list as one offline page: people to offer support to, why each is there, and their charts.

For group members under the sharing agreement. Supported people and candidates in the top N have a row
(`access.visible`); others appear nowhere by name. No script, no request: it opens from a folder and prints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from hiu.model import DATASETS
from hiu.month import Month
from hiu.publish.access import visible
from hiu.publish.alt_text import alt_text
from hiu.publish.charts import PersonSeries, inline_svg
from hiu.publish.pages import render
from hiu.publish.stamp import Stamp
from hiu.publish.text import clean, shown_name
from hiu.publish.titles import support_line, title_of
from hiu.settings import Settings

CHANGES = {
    "new": "New",
    "returned": "Returned",
    "rising": "Rising",
    "falling": "Falling",
    "left": "No longer listed",
    "merged": "Records joined",
    "split": "Records separated",
    "restated": "Figures restated",
}
PRIVATE_SETTINGS = {"raw", "curated", "key_file", "agreements", "memory_limit", "linking"}
"""Folders, keys and local addresses: no bearing on a reader, and not for a page."""


def ranked_page(
    tables: Mapping[str, pl.DataFrame],
    *,
    stamp: Stamp,
    settings: Settings,
    charted: Sequence[PersonSeries],
    svgs: Mapping[str, str],
    show_names: bool = True,
) -> str:
    """The page as HTML.

    `tables` are published tables (ranked, people, changes, coverage, support are used); `charted` the people
    with a section of their own and `svgs` their charts from `to_svg`. Only people `access.visible` allows are
    shown, whatever is passed. `show_names=False` puts the id in place of every name.
    """
    rows = visible(tables["ranked"], settings.rank.top)
    names = _names(tables["people"], rows) if show_names else {}
    sections = {person.person_id: person for person in charted}
    listed = [_row(row, names, index, sections) for index, row in enumerate(rows.iter_rows(named=True), 1)]
    return render(
        "ranked_list.html.j2",
        stamp=stamp,
        top=settings.rank.top,
        adults=[row for row in listed if row["list"] == "adult"],
        minors=[row for row in listed if row["list"] == "under_18"],
        changes=_changes(tables["changes"], {row["person_id"]: row for row in listed}),
        feeds=missing_feeds(tables["coverage"], stamp.month),
        unlisted=_unlisted(tables["support"], rows, stamp.month),
        sections=[_section(row, sections[row["person_id"]], svgs) for row in listed if row["person_id"] in sections],
        datasets=[title_of(name) for name in DATASETS],
        settings=flat_settings(settings),
    )


def missing_feeds(coverage: pl.DataFrame, month: Month) -> list[dict[str, Any]]:
    """Each data set: whether it was supplied this month, and the months of the last 12 it was not."""
    given = {(when, name) for when, name, supplied in
             coverage.select("month", "dataset", "supplied").iter_rows() if supplied}  # fmt: skip
    first = coverage["month"].min()
    begin = max(month - 11, Month.of(first)) if isinstance(first, date) else month
    names = sorted({*DATASETS, *coverage["dataset"].to_list()}, key=lambda name: (_place(name), name))
    return [
        {
            "title": title_of(name),
            "now": (month.start, name) in given,
            "gaps": [when.title for when in begin.through(month) if (when.start, name) not in given],
        }
        for name in names
    ]


def flat_settings(settings: Settings) -> list[tuple[str, str]]:
    """Every setting that bears on a figure, as dotted name and value."""

    def walk(prefix: str, value: Any) -> list[tuple[str, str]]:
        if isinstance(value, dict) and value:
            return [pair for key, inner in value.items() for pair in walk(f"{prefix}.{key}" if prefix else key, inner)]
        return [(prefix, "none" if value in (None, {}, []) else str(value))]

    return walk("", settings.model_dump(mode="json", exclude=PRIVATE_SETTINGS))


def _place(name: str) -> int:
    return DATASETS.index(name) if name in DATASETS else len(DATASETS)


def _names(people: pl.DataFrame, rows: pl.DataFrame) -> dict[str, str]:
    known = people.select("person_id", "name_text").filter(pl.col("person_id").is_in(rows["person_id"].to_list()))
    return {person_id: shown_name(name) for person_id, name in known.iter_rows()}


def _row(
    row: Mapping[str, Any], names: Mapping[str, str], index: int, sections: Mapping[str, PersonSeries]
) -> dict[str, Any]:
    """A row as the template shows it; links go by position, never by anything from the data."""
    return {
        **row,
        "name": names.get(row["person_id"], row["person_id"]),
        "anchor": f"person-{index}" if row["person_id"] in sections else None,
        "plausible": f"{row['rank_low']} to {row['rank_high']}" if row["rank_low"] is not None else "not worked out",
        "certainty": row["certainty"] or "not worked out",
        "risk_word": "Not assessed" if row["risk_source"] == "not assessed" else row["risk_band"] or "Not banded",
        "risk_note": _risk_note(row),
        "sentence": clean(row["sentence"]),
        "label_sentence": clean(row["label_sentence"]),
        "presets": [preset for preset in row["presets"].split("|") if preset],
    }


def _risk_note(row: Mapping[str, Any]) -> str:
    if row["risk_source"] != "not assessed":
        return str(row["risk_source"]).replace("public_safety", "public safety")
    if row["rank_if_high"] is None or row["rank_if_low"] is None:
        return ""
    return f"rank {row['rank_if_high']} if High, {row['rank_if_low']} if Low"


def _changes(changes: pl.DataFrame, shown: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Changes by kind. A person who is not on the list is given by id alone."""
    groups = []
    for kind, heading in CHANGES.items():
        rows = changes.filter(pl.col("kind") == kind).sort("rank_now", "rank_before", "what", nulls_last=True)
        entries = [
            {
                "who": shown.get(row["person_id"] or "", {}).get("name") or row["person_id"],
                "anchor": shown.get(row["person_id"] or "", {}).get("anchor"),
                "what": clean(row["what"]),
                "ranks": _ranks(row["rank_before"], row["rank_now"]),
            }
            for row in rows.iter_rows(named=True)
        ]
        if entries:
            groups.append({"heading": heading, "entries": entries})
    return groups


def _ranks(before: int | None, now: int | None) -> str:
    if before is None:
        return "" if now is None else f"now {now}"
    return f"was {before}" if now is None else f"{before} to {now}"


def _unlisted(support: pl.DataFrame, rows: pl.DataFrame, month: Month) -> list[str]:
    """Ids of people whose support goes on but who have no row: no contact in 12 months, or not on the list."""
    going = support.filter(
        pl.col("start").is_not_null(),
        pl.col("start") <= month.end,
        pl.col("end").is_null() | (pl.col("end") > month.end),
        ~pl.col("person_id").is_in(rows["person_id"].to_list()),
    )
    return going["person_id"].sort().to_list()


def _section(row: Mapping[str, Any], person: PersonSeries, svgs: Mapping[str, str]) -> dict[str, Any]:
    """A person's own section: the chart, its description, and the same figures as a table."""
    sets = (*DATASETS, *person.extra)
    svg = svgs.get(person.person_id)
    return {
        **row,
        "svg": inline_svg(svg) if svg else None,
        "alt": alt_text(person),
        "support": support_line(person),
        "columns": [title_of(name) for name in sets],
        "months": [
            {"title": month.title, "cells": [person.counts[name][index] for name in sets]}
            for index, month in reversed(list(enumerate(person.months)))
        ],
    }
