"""What a site's configuration, records and last published month say, for the documents of the pack."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import polars as pl

from hiu.govern.release.disclosure import BASE, FEWEST
from hiu.model import DELIVERIES, LINK_QUALITY, RANKED, TABLES
from hiu.publish.assurance.content import Line, notice_facts
from hiu.publish.assurance.rag import ratings
from hiu.publish.pack.words import definitions_version
from hiu.publish.quality.equality import audited
from hiu.publish.words.definitions import police_rule
from hiu.publish.words.text import count_of, day
from hiu.version import VERSION
from pipelines.common.fingerprint import build, digest
from pipelines.common.model import model_of
from pipelines.common.place import Place, published_tables
from pipelines.govern.assurance.involvement import involvement
from pipelines.govern.processing import parts_read
from pipelines.govern.registers.overview import chapters_of
from pipelines.govern.registers.transparency import list_counts, quality_lines, sections_of

EQUALITY = TABLES["equality"]
Published = Mapping[str, pl.DataFrame]

CHAPTERS = {
    "agreements": "Sharing agreements",
    "basis": "Lawful basis",
    "requests": "Requests of people about their data",
    "breaches": "Breaches",
    "objections": "Objections, opt-outs and restrictions",
    "retention": "Retention and holds",
    "releases": "Releases to commissioners",
}
"""Name under `figures` -> the chapter of the page for inspection whose sentences stand there."""


def facts_of(place: Place, now: datetime) -> dict[str, object]:
    """Words and numbers for the documents' texts, by the name in braces."""
    settings = place.settings
    version = f"{VERSION}, build {build()}"
    return {
        "site": settings.name,
        "synthetic": settings.synthetic,
        "version": version,
        "on": day(now.date()),
        "made": f"Made by `hiu assurance` ({version}) for {settings.name} on {day(now.date())}.",
        "settings_version": settings.version,
        "basis_version": digest([one.model_dump() for one in settings.basis], settings.governance.model_dump())[:8],
        "definitions_version": definitions_version(settings.counting),
        "police_rule": police_rule(settings.counting, parts_read=parts_read(place)),
        "model": model_of(place).version,
        "fewest": FEWEST,
        "most_hidden": FEWEST - 1,
        "base": BASE,
        "own_model": "a model of this area's own" if settings.linking.model else "the shipped model",
        "roles": f"Roles are set for {count_of(len(settings.roles), 'login')}." if settings.roles else _NO_ROLES,
        **settings.rank.model_dump(include={"top", "half_life"}),
        **settings.governance.model_dump(include={"retention_months", "exit_months", "capacity_months", "plan_months"}),
        **settings.linking.model_dump(include={"link_at"}),
        "double_review": f"{settings.linking.double_review:.0%}",
        **notice_facts(settings, now.date()),
    }


NOTHING = "Nothing has been published yet, so there is no figure of this site."
_NO_ROLES = "No roles are set under [roles] in site.toml, so every login may give every command."


def figures_of(place: Place, now: datetime) -> dict[str, list[Line]]:
    """The lines that stand for `figures` in the documents, each traced to a table or to configuration and records."""
    chapters = chapters_of(place, now)
    out = {name: _lines(chapters[title], "configuration and records of this site") for name, title in CHAPTERS.items()}
    out |= {"involvement": _lines(involvement(place), "records of this site")}
    out |= {f"atrs {number}": lines for number, lines in _atrs(place).items()}
    names = [table.name for table in (DELIVERIES, LINK_QUALITY, RANKED)]
    tables = published_tables(place.which(None)[1], tuple(names)) if place.months() else {}
    return out | _published(place, tables)


def _published(place: Place, tables: Published) -> dict[str, list[Line]]:
    if not tables:
        return dict.fromkeys(("month", "linkage", "rag", "equality"), _lines([NOTHING], "state of this site"))
    month, folder = place.which(None)
    quality = tables[LINK_QUALITY.name]
    path = folder / f"{EQUALITY.name}.parquet"
    groups = audited(pl.read_parquet(path) if path.is_file() else None)
    audit = [f"{one.group}: {one.found}. {one.power}".strip() for one in groups]
    colours = [f"{title}: {colour.upper()}. {why}" for title, colour, why in ratings(quality)]
    return {
        "month": _month(str(month.title), tables),
        "linkage": _lines(quality_lines(quality), f"table:{LINK_QUALITY.name}"),
        "rag": _lines(colours, f"table:{LINK_QUALITY.name}"),
        "equality": _lines(audit or ["This month was published before audits were; run it again."], "table:equality"),
    }


def _month(title: str, tables: Published) -> list[Line]:
    taken = tables[DELIVERIES.name].filter(pl.col("replaced_by").is_null())
    rows = ", ".join(f"{name} {int(taken[name].sum()):,}" for name in ("received", "staged", "quarantined"))
    return [
        *_lines([f"Latest month: {title}. Rows in force: {rows}."], "table:deliveries"),
        *_lines([list_counts(tables[RANKED.name])], "table:ranked"),
    ]


def _atrs(place: Place) -> dict[str, list[Line]]:
    return {
        section.split(" ")[0]: [
            Line(kind="figures", label=field, text=text, evidence=("configuration of this site",))
            for field, sentences in fields.items()
            for text in sentences
        ]
        for section, fields in sections_of(place).items()
    }


def _lines(sentences: Iterable[str], rests_on: str) -> list[Line]:
    return [Line(kind="figures", text=sentence, evidence=(rests_on,)) for sentence in sentences]
