"""The record of processing activities (UK GDPR article 30), written from a site's configuration."""

from datetime import date

import polars as pl

from hiu.engine.pathway import tables_with
from hiu.govern.basis.agreements import in_force
from hiu.govern.basis.gate import opt_out_words
from hiu.model import IDENTITY_COLUMNS, PATHWAY, TABLES
from hiu.model.govern import PURPOSES, RECIPIENTS
from hiu.publish.words.definitions import police_rule
from hiu.settings import NEVER_COUNTS
from pipelines.common.place import Place, published_tables

_WHAT_FOR = {
    "support": "Find the people in most need of support across agencies, offer it, and review it. By name.",
    "planning": "Plan services: released figures name nobody. Analysts may have a mart by token, with a row for a "
    "person, a month and a contact: personal data, pseudonymised.",
}
_WHO = {
    "group": "Members of the multi-agency group: the month's pack, workbook, ranked list, charts; lists with names of "
    "the crisis pathway and of places, where the site has them",
    "clinician": "Lead clinicians: the person sheet of people who are supported; of anybody else for a recorded reason",
    "analyst": "The group's analysts: everybody on record, masked; names when they ask, each time logged; for "
    "planning a mart by token too",
    "partner": "Another area with an agreement: keyed values that name nobody; who it is once reviewers of both say so",
    "commissioner": "Commissioners: suppressed and rounded figures, released by a named checker",
}

_NOTHING = "**none: nothing is shown**"
_NONE = {"analyst": "**none: no names; rows without id, number, initials, birth or day where others have a basis**"}

_FILL = "- **To be completed by the organisation (each controller, advised by its data protection officer)**: "
_ANSWERS = (
    _FILL + "name and contact of the controller, of each joint controller, and of the data protection officer of each "
    "(Article 30(1)(a)).",
    _FILL + "name and contact of each processor, such as whoever runs the computer, if another (Article 30(2)).",
)
_TRANSFERS = (
    _FILL + "whether anybody outside the United Kingdom gets the data, such as by a database, a cluster or a computer "
    "there, and the safeguards (Article 30(1)(e)). The program itself sends nothing abroad."
)


def page(place: Place, on: date) -> str:
    """The page as Markdown, as the configuration stands on a day."""
    settings = place.settings
    lines = [f"# Record of processing: {settings.name}", ""]
    lines += [
        f"Made by `hiu basis --processing` from the configuration on {on.day} {on:%b %Y}; made anew it has every place "
        "that is marked open again, so keep what you wrote there.",
        "",
    ]
    if settings.synthetic:
        lines += ["The people of this site are invented.", ""]
    lines += ["## Who answers for it", "", *_ANSWERS, ""]
    lines += ["## What is received, from whom, under what agreement", "", *_sources(place, on)]
    lines += ["", "## What for, to whom, on what basis", "", *_purposes(place, on)]
    lines += ["", "## What is kept of a person", "", *_personal_data(place)]
    lines += ["", "## How long, and how it is kept safe", "", *_safeguards(place)]
    return "\n".join(lines) + "\n"


def _sources(place: Place, on: date) -> list[str]:
    rows = ["| source | kind | counted as | agreement | signed by | from | to |", "|---|---|---|---|---|---|---|"]
    for name in sorted(place.sources):
        source, found = place.sources[name], in_force(place.settings, name, on)
        beside = f"nothing: it fills {source.fills.table}" if source.fills else "nothing: it says who is supported"
        counted = ", ".join(sorted(source.counts)) or beside
        agreed = (
            (found.reference, found.signed_by, str(found.start), str(found.end))
            if found
            else ("**none in force: its files are refused**", "", "", "")
        )
        rows.append(f"| {name} | {source.kind} | {counted} | " + " | ".join(agreed) + " |")
    return rows


def _purposes(place: Place, on: date) -> list[str]:
    rows = [
        "| purpose | recipient | what they get | lawful basis | decided by | evidence | until |",
        "|---|---|---|---|---|---|---|",
    ]
    bases = [one for one in place.settings.basis if one.start <= on <= one.end]
    for purpose in PURPOSES:
        for recipient in RECIPIENTS:
            found = [one for one in bases if (one.purpose, one.recipient) == (purpose, recipient)]
            if not found and (purpose == "planning") == (recipient == "commissioner"):
                rows.append(f"| {purpose} | {recipient} | {_WHO[recipient]} | {_NONE.get(recipient, _NOTHING)} | | | |")
            for one in found:
                cells = (one.code, one.decided_by, one.evidence, str(one.end))
                rows.append(f"| {purpose} | {recipient} | {_WHO[recipient]} | " + " | ".join(cells) + " |")
    governance = place.settings.governance
    opted, out = opt_out_words(place.settings, on), ", ".join(governance.left_out_of_counts)
    return [
        *(f"- **{name}**: {text}" for name, text in _WHAT_FOR.items()),
        "",
        *rows,
        "",
        "An objection, a restriction, consent to share withdrawn, or a death forbids everything for that person.",
        f"A national data opt-out forbids: {opted}.",
        f"Not counted in figures that leave, either: people with {out or 'no such row'}.",
    ]


def _personal_data(place: Place) -> list[str]:
    """Tables with a column about a person, as the model says; of the crisis pathway those that the site has."""
    meanings = [column.meaning.rstrip(".") for column in IDENTITY_COLUMNS]
    there = TABLES.keys() - (PATHWAY.keys() - tables_with(place.sources))
    tables = [one for name, one in TABLES.items() if name in there and any(column.personal for column in one.columns)]
    return [
        "Whose data: people whom the agencies' extracts name (patients, and people in police incidents: subjects, "
        "callers, victims, suspects, witnesses), children among them; family members of whom a consent is recorded; "
        "staff, as far as extracts or entries name them, and logins.",
        "",
        "To tell who is who, of each row received: " + "; ".join(meanings) + ".",
        "",
        "Special category data (UK GDPR Article 9): health (attendances, bed nights, detentions, assessments, "
        "gradings); racial or ethnic origin, where a source such as s136_pathway sends ethnic group.",
        "",
        "Criminal offence data (Article 10; Data Protection Act 2018, section 11(2), by which an alleged offence is "
        "one): police extracts may hold a person's part in an incident, suspect among them, and opening and closing "
        "codes. They are kept as sent and shown with the person's rows. "
        f"{police_rule(place.settings.counting, parts_read=parts_read(place))}",
        "",
        "Children: people under 18 are processed as adults are and listed apart from "
        "them; somebody whose age is not known is listed with adults.",
        "",
        "| table | what it is |",
        "|---|---|",
        *(f"| {table.name} | {table.meaning.replace('|', '/')} |" for table in tables),
        "",
        "Every column, and whether it is about a person, is in the data dictionary.",
    ]


def _safeguards(place: Place) -> list[str]:
    governance = place.settings.governance
    moved = ", ".join(governance.area_postcodes) or "not watched: no area_postcodes are set"
    key = (
        "the operating system's keyring"
        if governance.key_store == "keyring"
        else "a file that its owner alone can read"
    )
    return [
        f"- Review after {governance.retention_months} months without a record, {governance.exit_months} months after "
        f"support ended, at death, and on moving out of the area ({moved}). A person decides; nothing is destroyed "
        "by itself.",
        "- Erasure: `hiu erase`, from the database, everything published, records and the product's own backups.",
        f"- Folders are for their owner alone; the key is outside the data folder, in the site's folder: {key}.",
        f"- Network: {_network(place)}",
        _TRANSFERS,
        "- Every run, disclosure and erasure is a line in a chained log.",
        "- Nobody is decided about by the program: a named person decides every offer of support.",
    ]


def _network(place: Place) -> str:
    """What this site asks or sends by a network, and what it would if an operator asked for it."""
    asked = sorted(name for name, source in place.sources.items() if source.file.query)
    uses = [f"a database is asked for the months of {', '.join(asked)}"] if asked else []
    uses += ["the tables are on a Spark cluster, which receives rows about people"] if place.lake else []
    return (
        f"{'; '.join(uses) or 'nothing is sent or asked for in a monthly run here'}. `hiu mart --to postgres` or "
        "`sqlserver` writes tables by token to a database that the operator names. Nothing goes to the makers of the "
        "program."
    )


def parts_read(place: Place) -> bool:
    """Whether the last month's police rows say what part a person had, so that witnesses are left out; before there
    are any, whether the sources ask for it."""
    asking = [one for one in place.sources.values() if "police_incident" in one.counts]
    fields = {field for one in asking for rule in one.measures if rule.name == NEVER_COUNTS for field in rule.where}
    if not fields or not place.months():
        return bool(fields)
    tables = published_tables(place.which(None)[1], ("deliveries", "field_quality"))
    police = tables["deliveries"].filter(
        pl.col("source").is_in([one.name for one in asking]), pl.col("replaced_by").is_null()
    )
    last = police.filter(pl.col("period") == pl.col("period").max())
    read = tables["field_quality"].filter(pl.col("field").is_in(list(fields)), pl.col("read") > 0)
    return last.is_empty() or not last.join(read, on="delivery_id", how="semi").is_empty()
