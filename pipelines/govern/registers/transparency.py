"""The algorithmic transparency record (UK ATRS, tier 2 headings), from configuration and what was published."""

from datetime import date

import polars as pl

from hiu.model import LINK_QUALITY, RANKED
from hiu.publish.words.text import count_of, day
from pipelines.common.model import model_of
from pipelines.common.place import Place, published_tables

TO_FILL = "**For the site to fill in.**"


def transparency_record(place: Place, on: date) -> str:
    """The record as Markdown. What no configuration knows is marked for the site to fill in, never guessed."""
    parts = {
        "2.1 Owner and responsibility": _owner(place),
        "2.2 Description and rationale": _rationale(place),
        "2.3 Deployment context": _context(place),
        "2.4 Tool specification": _tool(place),
        "2.5 Model specification": _model(place),
        "2.6 Data": _data(place),
        "2.7 Risks, mitigations and impact assessments": _risks(place),
    }
    lines = [f"# Algorithmic transparency record: {place.settings.name}", ""]
    lines += [f"Made by `hiu governance --atrs` on {day(on)} from the configuration and what was published.", ""]
    for heading, sentences in parts.items():
        lines += [f"## {heading}", "", *(f"- {sentence}" for sentence in sentences), ""]
    return "\n".join(lines).rstrip() + "\n"


def _owner(place: Place) -> list[str]:
    who = sorted({one.decided_by for one in place.settings.basis})
    return [
        f"Organisation: {place.settings.name}",
        f"Who decided the lawful basis: {', '.join(who) or 'nobody yet'}",
        f"Senior responsible owner, team and contact: {TO_FILL}",
    ]


def _rationale(place: Place) -> list[str]:
    return [
        "It joins the rows that agencies send about one person, counts each month's contacts and bed nights, and "
        "orders people by frequency x risk, so that a group of professionals can agree whom to offer support to.",
        f"A list shows people who are supported and the first {place.settings.rank.top} of the others.",
        f"Benefits, the process before it, and alternatives considered: {TO_FILL}",
    ]


def _context(place: Place) -> list[str]:
    months = sorted(place.months())
    span = f"{len(months)}: {months[0]} to {months[-1]}" if months else "none yet"
    return [
        "Human decision: a named person decides every offer of support; refusing it changes no place on the list. The "
        "tool takes no decision and no action.",
        f"Use: once a month. Months published: {span}",
        "Appeals and review: access, rectification, objection and complaint, by `hiu subject`, `hiu rectify` and "
        "`hiu basis`; each is entered with its clock.",
        f"Training of users: {TO_FILL}",
    ]


def _tool(place: Place) -> list[str]:
    return [
        "It runs on one computer without a network; files come in, tables and pages go out.",
        f"Settings version: {place.settings.version}",
        f"Phase and maintenance: {TO_FILL}",
    ]


def _model(place: Place) -> list[str]:
    lines = [
        f"Matching: a probabilistic record linkage model, version {model_of(place).version}, its weights published.",
        "Ranking: a published formula without machine learning. No protected characteristic is used.",
    ]
    if not place.months():
        return [*lines, "Performance: nothing was published yet."]
    tables = published_tables(place.which(None)[1], (LINK_QUALITY.name, RANKED.name))
    return [*lines, f"People on the latest list: {tables[RANKED.name].height}", *_quality(tables[LINK_QUALITY.name])]


def _quality(quality: pl.DataFrame) -> list[str]:
    """Each measure of the matching for everybody, with its interval and what it rests on."""
    rows = quality.filter(pl.col("group") == "all").drop_nulls("value").sort("measure")
    return [
        f"{row['measure']}: {row['value']:.4g}"
        + (f" ({row['low']:.4g} to {row['high']:.4g})" if row["low"] is not None and row["high"] is not None else "")
        + f", from {row['basis']}, n = {row['n']}"
        for row in rows.iter_rows(named=True)
    ]


def _data(place: Place) -> list[str]:
    return [
        f"{name}: {source.kind}, counted as {', '.join(sorted(source.counts)) or 'nothing (who is supported)'}"
        for name, source in sorted(place.sources.items())
    ]


def _risks(place: Place) -> list[str]:
    months = count_of(place.settings.governance.retention_months, "month")
    return [
        "Two people joined, or one parted: each join has a probability, doubtful pairs are reviewed, any is undone.",
        "What an agency did not send is shown as missing, never as zero.",
        f"Records are reviewed after {months} without a record; a person decides.",
        f"Impact assessment (DPIA) and equality assessment, with dates: {TO_FILL}",
    ]
