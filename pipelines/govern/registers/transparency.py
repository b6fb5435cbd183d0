"""The algorithmic transparency record (UK ATRS, both tiers), from the configuration and what was published."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from hiu.govern.release.disclosure import FEWEST, count_text
from hiu.model import LINK_QUALITY, RANKED
from hiu.publish.assurance.content import OPEN
from hiu.publish.quality.matching import TITLES
from hiu.publish.words.text import count_of, day
from pipelines.common.model import model_of
from pipelines.common.place import Place, published_tables

TO_FILL = f"{OPEN}."


Fields = Mapping[str, Sequence[str]]
"""The fields of a section, by number and title, with their sentences."""


def transparency_record(place: Place, on: date) -> str:
    """The record as Markdown, by tiers, sections and fields. What is not in the configuration is marked for the site to
    fill in, never guessed."""
    lines = [f"# Algorithmic transparency record: {place.settings.name}", ""]
    lines += [f"Made by `hiu governance --atrs` on {day(on)} from the configuration and what was published.", ""]
    for heading, fields in sections_of(place).items():
        lines += [f"## {heading}", ""]
        for field, sentences in fields.items():
            lines += [f"### {field}", "", *(f"- {sentence}" for sentence in sentences), ""]
    return "\n".join(lines).rstrip() + "\n"


def sections_of(place: Place) -> dict[str, Fields]:
    """The record's sections by number and title."""
    return {
        "Tier 1: overview": _overview(place),
        "2.1 Owner and responsibility": _owner(place),
        "2.2 Description and rationale": _rationale(place),
        "2.3 Deployment context": _context(place),
        "2.4.1 Tool specification": _tool(place),
        "2.4.2 Model specification": _model(place),
        "2.4.3 Development data": {"2.4.3.1 Description": [_TRAINED]},
        "2.4.4 Operational data": _data(place),
        "2.5 Risks, mitigations and impact assessments": _risks(place),
    }


NO_INPUT = (
    "Of the protected characteristics age alone is used in the ranking, to list people under 18 apart. Bed nights, "
    "detentions and assessments are counted, and may be evidence of a disability."
)
_JOINS = (
    "It joins the rows that agencies send about one person, counts each month's contacts and bed nights, and "
    "orders people by frequency x risk, so that a group of professionals can agree whom to offer support to."
)
_TRAINED = (
    "The weights of matching were fitted to invented people; a site that has fitted its own says so in the model's "
    "version. The ranking has no fitted weight: it is a published formula, chosen among others on six simulated worlds."
)


def _overview(place: Place) -> Fields:
    return {
        "1.1 Name": [f"hiu, as used by {place.settings.name}"],
        "1.2 Description": [_JOINS, "It decides nothing: a named person decides every offer of support."],
        "1.3 Website URL": [TO_FILL],
        "1.4 Contact email": [TO_FILL],
    }


def _owner(place: Place) -> Fields:
    who = sorted({one.decided_by for one in place.settings.basis})
    decided = "nobody, as the people are invented" if place.settings.synthetic else ", ".join(who) or "nobody yet"
    return {
        "2.1.1 Organisation or department": [place.settings.name],
        "2.1.2 Team": [TO_FILL],
        "2.1.3 Senior responsible owner": [f"Owner: {TO_FILL}", f"The lawful basis was decided by: {decided}"],
        "2.1.4 Third party involvement": ["The tool calls no service of a supplier.", f"Contracts: {TO_FILL}"],
    }


def _rationale(place: Place) -> Fields:
    rank = place.settings.rank
    return {
        "2.2.1 Detailed description": [
            _JOINS,
            "There are two lists, of adults and of people under 18. The pack of the meeting names "
            f"people who are supported and everybody in the first {rank.top} places of each list; it also names people "
            "whom the meeting has to follow up, such as those who just left these places.",
            "Where the area has them, lists for the control-room desk, section 136, people missing from hospital, "
            "offers of help and places name everybody whom the rule of that list finds.",
            f"Which of those lists the area uses: {TO_FILL}",
        ],
        "2.2.2 Benefits": [TO_FILL],
        "2.2.3 Previous process": [TO_FILL],
        "2.2.4 Alternatives considered": [TO_FILL],
    }


def _context(place: Place) -> Fields:
    months = sorted(place.months())
    span = f"{len(months)}: {months[0]} to {months[-1]}" if months else "none yet"
    return {
        "2.3.1 Integration into broader operational process": [
            "A list and a pack for the monthly meeting of the group."
        ],
        "2.3.2 Human review": [
            "A named person decides every offer of support; refusing it changes no place on the list. The tool "
            "takes no decision and no action."
        ],
        "2.3.3 Frequency and scale of usage": [f"Once a month. Months published: {span}"],
        "2.3.4 Required training": [TO_FILL],
        "2.3.5 Appeals and review": [
            "Requests and complaints are recorded by `hiu requests` with the day by which each is answered, or a "
            "complaint acknowledged. Access is given by `hiu subject`, a correction is made by `hiu rectify`, an "
            "objection is entered by `hiu basis`."
        ],
    }


def _tool(place: Place) -> Fields:
    return {
        "2.4.1.1 System architecture": [
            "It runs on one computer; files come in, tables and pages go out. It needs no network, and uses one only "
            "where the site has set up a database or a cluster."
        ],
        "2.4.1.2 Phase": [TO_FILL],
        "2.4.1.3 Maintenance": [f"Settings version: {place.settings.version}", f"Who maintains it: {TO_FILL}"],
        "2.4.1.4 Models": ["One for matching; the ranking is a formula."],
    }


def _model(place: Place) -> Fields:
    fields = {
        "2.4.2.1 Model name": ["Probabilistic record linkage"],
        "2.4.2.2 Model version": [model_of(place).version],
        "2.4.2.3 Model task": [
            "To say how likely two descriptions are of one person.",
            f"Ranking: a published formula without machine learning. {NO_INPUT}",
        ],
    }
    if not place.months():
        return {**fields, "2.4.2.4 Model performance": ["Nothing has been published yet."]}
    tables = published_tables(place.which(None)[1], (LINK_QUALITY.name, RANKED.name))
    found = [list_counts(tables[RANKED.name]), *quality_lines(tables[LINK_QUALITY.name])]
    return {**fields, "2.4.2.4 Model performance": found}


def list_counts(ranked: pl.DataFrame) -> str:
    """How many people are on each list, as counts may leave; no total, from which more could be worked out."""
    counts = ranked.group_by("list").len().sort("list").rows()
    lists = ", ".join(f"{which.replace('_', ' ')}: {count_text(count)}" for which, count in counts)
    return f"People on each of its lists: {lists}. Each is rounded by itself (* = 1 to {FEWEST - 1}), without a total."


def quality_lines(quality: pl.DataFrame) -> list[str]:
    """Each measure of the matching for everybody, in words, with its interval and what it rests on."""
    rows = {row["measure"]: row for row in quality.filter(group="all").drop_nulls("value").iter_rows(named=True)}
    return [f"{title}: {_figure(rows[name])}" for name, title in (TITLES | _RATES).items() if name in rows]


def _figure(row: dict[str, Any]) -> str:
    """A share with its range, or a count, hidden or rounded, since the record is published."""
    of = f"from {_FROM[row['basis']]}, of {count_text(row['n'])}"
    if row["basis"] == "count" and row["low"] is None:
        return f"{count_text(round(row['value']))} ({of})"
    one, low, high = (
        f"{row[part]:.2f}" if row["measure"] == "reviewers_kappa" else f"{row[part]:.1%}" for part in _ENDS
    )
    return f"{one} ({low} to {high}; {of})"


_ENDS = ("value", "low", "high")
_RATES = {
    "joined": "Rows whose description was joined with another",
    "seen_elsewhere": "Rows of somebody whom another source gave too",
}
"""What the quality page has by group."""
_FROM = {"count": "a count", "model": "the model's own estimate", "review": "what reviewers decided"}


def _data(place: Place) -> Fields:
    months = count_of(place.settings.governance.retention_months, "month")
    after = count_of(place.settings.governance.exit_months, "month")
    agreed = sorted({one.source for one in place.settings.agreements})
    return {
        "2.4.4.1 Data sources": [
            f"{name}: {source.kind}, counted as {', '.join(sorted(source.counts)) or 'nothing (who is supported)'}"
            for name, source in sorted(place.sources.items())
        ],
        "2.4.4.2 Sensitive attributes": [
            "Health and police contacts, which may say that somebody is suspected of an offence. Sex and date of birth "
            "are used to match people and to audit for equality, ethnic group in audits and, "
            f"where a source such as s136_pathway sends it, in the figures of section 136. {NO_INPUT}"
        ],
        "2.4.4.3 Data processing methods": ["Counting, matching and ranking by published rules."],
        "2.4.4.4 Data access and storage": [
            f"Records are reviewed after {months} without a new one, {after} after support ended, and at death; "
            "a person decides."
        ],
        "2.4.4.5 Data sharing agreements": [f"Entered for: {', '.join(agreed) or 'none'}"],
    }


def _risks(place: Place) -> Fields:
    return {
        "2.5.1 Impact assessments": [f"Impact assessment (DPIA) and equality assessment, with dates: {TO_FILL}"],
        "2.5.2 Risks and mitigations": [
            "Two people may be taken for one, or one person for two: each match has a probability, doubtful ones are "
            "reviewed by people, and any of them can be undone.",
            "What an agency did not send is shown as missing, never as zero.",
            "Lists of the crisis pathway look back on a month. What can't be judged is listed so; none warns while "
            "it happens. A pair that two areas have in common is shown once a reviewer of each has released it.",
        ],
    }
