"""Tiny sites with sources of the crisis pathway: files of a few rows under the shipped headers, run whole."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl
from areakit import LAST

from hiu.engine.duckdb import Warehouse
from hiu.engine.pathway import build_pathway
from hiu.extract.files.read import RawTable
from hiu.extract.standardise import standardise
from hiu.govern.init import init_site
from hiu.model import TABLES
from hiu.model.frames import schema
from hiu.month import Month
from hiu.publish.pathway.part import Part
from hiu.sources import Source, load_sources
from pipelines.pathway.shown import REPEATED, Edition, Shown

Rows = Sequence[Mapping[str, str]]
NONE_ASIDE = {"source_row": pl.Int64, "column": pl.String, "code": pl.String, "reason": pl.String}


def pathway_site(home: Path, files: Mapping[str, Rows], *, extended: Sequence[str] = ("desk", "referral")) -> Path:
    """A synthetic site with `files` in its last month (name without ending -> rows by header), and the sources of the
    pathway in `extended` taken up; nobody else's data."""
    sources = [*sorted(load_sources()), *extended]
    init_site(home, name="Pathway", synthetic=True, today=date(2026, 4, 8), sources=sources)
    for name in extended:
        (home / "sources" / f"{name}.toml").write_text(f'extends = "{name}"\n', encoding="utf-8", newline="\n")
    cheaply(home)
    write_files(home, files)
    return home


def cheaply(home: Path) -> None:
    """A list of two people with two charts, ranked in few draws: nothing here is about the list."""
    with (home / "site.toml").open("a", encoding="utf-8", newline="\n") as file:
        file.write("\n[rank]\ncharts = 2\ntop = 2\ndraws = 100\n")


def write_files(home: Path, files: Mapping[str, Rows], month: str = str(LAST)) -> None:
    """CSV files in a month's folder."""
    folder = home / "data" / "raw" / month
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)), lineterminator="\n")
            out.writeheader()
            out.writerows(rows)


def person(n: int) -> dict[str, str]:
    """Somebody by name, birth and postcode, under the headers of the desk and of the police."""
    names = ("Aldous Penrose", "Beatrix Tolworth", "Cyril Wetherby", "Dorothea Quill", "Edmund Farrow", "Flora Nettle")
    return {"Name": names[n], "DOB": f"1{n}/03/197{n}", "Postcode": f"BS{n + 1} 4ND"}


def log(log_id: str, at: str, n: int | None = None, **more: str) -> dict[str, str]:
    """A row of the desk under the shipped headers; `n` names a person."""
    about = {"Log ID": log_id, "Opened at": at} | (person(n) if n is not None else {})
    return about | {key.replace("_", " "): value for key, value in more.items()}


def incident(number: str, at: str, n: int) -> dict[str, str]:
    """A row of the police, the person concerned in it."""
    return {"Log no": number, "Person seq": "1", "Created": at, "Role": "subject"} | person(n)


def referral(number: str, log_id: str, at: str, **more: str) -> dict[str, str]:
    """A row of a referral, which names nobody and quotes its log."""
    about = {"Referral ID": number, "Log ID": log_id, "Asked at": at}
    return about | {key.replace("_", " "): value for key, value in more.items()}


def detention(number: str, at: str, n: int | None = None, **more: str) -> dict[str, str]:
    """A row of the section 136 pathway; `n` names a person, as the place of safety knows them."""
    about = {"Detention ID": number, "Detained at": at} | (person(n) if n is not None else {})
    return about | {key.replace("_", " "): value for key, value in more.items()}


def missing(number: str, at: str, n: int | None = None, **more: str) -> dict[str, str]:
    """A row of an episode of somebody missing from hospital; `n` names a person."""
    about = {"Episode ID": number, "Reported at": at} | (person(n) if n is not None else {})
    return about | {key.replace("_", " "): value for key, value in more.items()}


def offer(number: str, at: str, n: int | None = None, **more: str) -> dict[str, str]:
    """A row of an offer short of detention; `n` names a person."""
    about = {"Offer ID": number, "At": at} | (person(n) if n is not None else {})
    return about | {key.replace("_", " "): value for key, value in more.items()}


POLICE = [
    incident("P1", "03/03/2026 10:02", 0) | {"S136": "Yes"},
    incident("P2", "05/03/2026 12:00", 1),
    incident("P3", "07/03/2026 12:00", 2),
]
DESK = [
    log("P1", "03/03/2026 10:00", 0, Closed_at="03/03/2026 11:00", Call_type="Concern for welfare", Area="Bristol"),
    log("D2", "05/03/2026 12:10", 1, Call_type="Misper", Area="Somerset", Health_staff_contacted_at="05/03/2026 12:30"),
    log("D3", "06/03/2026 09:00", 0, Closed_at="06/03/2026 24:00", Outcome="Advice", Consent="unknown", Area="Mars"),
    log("D4", "08/03/2026 09:00", 3, Closed_at="08/03/2026 08:00", Outcome="Advice", Rationale="yes"),
    log("D5", "09/03/2026 09:00", Police_log="p 3", MHRV="Y", Deployed="N"),
    log("", "09/03/2026 09:00", 4),
]
REFERRAL = [
    referral("R1", "P1", "03/03/2026 10:05", Direction="Link officer to desk", Request="MHRV", Accepted="Accepted"),
    referral("R2", "D5", "09/03/2026 09:05", Direction="Desk to link officer", Request="Options", Accepted="Declined"),
]
MISSING = [
    missing("M1", "10/03/2026 23:00", 0, Grab_pack="No", Report_complete="No", Last_seen="10/03/2026 22:00"),
    missing("M2", "12/03/2026 02:00", 0, Grab_pack="No", Report_complete="Yes", Found_at="12/03/2026 05:30"),
    missing("M3", "14/03/2026 21:00", 2, Site="ASH WARD", Report_complete="Yes", Found_at="14/03/2026 20:00"),
    missing("M4", "15/03/2026 21:00"),
]
OFFERS = [
    offer("O1", "03/03/2026 10:30", 0, Service="CAT car", Offered="Yes", Taken="Yes", Time_at_scene="40"),
    offer("O2", "04/03/2026 10:30", 0, Service="Safe haven", Offered="Yes", Taken="Declined", S136_considered="Yes"),
    offer("O3", "05/03/2026 12:20", 1, Service="Balloon", Offered="No", Taken="Yes", S136_used="Yes"),
    offer("O4", "07/03/2026 12:20", Service="Street triage", S136_considered="No", S136_used="Yes"),
]
BEDS = [
    {"Ward stay ID": "W1", "Provider": "RXX", "Ward": "Ash Ward"}
    | {"Ward start date": "01/03/2026", "Ward end date": "20/03/2026"}
    | person(0)
]
GOVERNING: dict[str, Rows] = {
    "plans": [
        person(0)
        | {"Plan ID": "L1", "Version": "1", "Written at": "01/02/2026 10:00", "Review due": "10/03/2026"}
        | {"Circulated to": "Police|ED", "Mentors": "No"}
    ],
    "records": [person(0) | {"Entry ID": "N1", "At": "12/03/2026 09:00", "Kind": "DNA", "Risk stated": "No"}],
    "support_contacts": [person(0) | {"Contact ID": "C1", "At": "10/03/2026 10:00"}],
    "incidents": [
        person(0)
        | {"Incident ID": "I1", "At": "12/03/2026 12:00", "Kind": "Death", "Last contact": "10/03/2026 12:00"}
        | {"Police mentor present": "Yes", "Reported to": "InPhase", "Lead organisation": "Trust"},
        {"Incident ID": "I2", "Kind": "Death", "Police mentor present": "No"},
        {"Incident ID": "I3", "At": "01/03/2026 12:00", "Kind": "Complaint"},
    ],
    "meetings": [
        {"Meeting ID": "G1", "At": "04/03/2026 10:00", "Kind": "Senior", "Organisations": "Police|Trust"},
        {"Meeting ID": "G2", "At": "04/02/2026 10:00", "Kind": "HIU group", "Organisations": "Police"},
    ],
    "actions": [
        person(0)
        | {"Action ID": "A1", "Meeting ID": "G2", "Owner": "Trust", "Set at": "04/02/2026", "Due": "01/03/2026"},
        {"Action ID": "A2", "Meeting ID": "G1", "Owner": "Trust", "Set at": "04/03/2026", "Done": "05/03/2026"},
    ],
    "partners": [
        {
            "Organisation": "Trust",
            "Standing": "Vital",
            "Feed": "Yes",
            "Agreement end": "01/01/2026",
            "Last training": "01/04/2025",
        },
        {"Organisation": "Council", "Standing": "Recommended", "Last training": "31/03/2025"},
        {"Organisation": "Charity", "Standing": "Recommended", "Last training": "01/04/2026"},
    ],
}
"""What the senior meeting governs by, as its sources send it."""
GOVERNED = ("plan_version", "record_entry", "support_contact", "incident", "meeting", "action", "partner")
"""The sources of GOVERNING."""
S136 = [
    detention(
        "T1", "03/03/2026 10:30", 0, Arrived_at="03/03/2026 11:00", Place="ED B", First_place="ED", Extended="no"
    ),
    detention("T1", "03/03/2026 10:30", 0, Arrived_at="03/03/2026 18:00", Place="Suite A", Ended_at="04/03/2026 12:00"),
    detention("T1", "03/03/2026 10:30", 0, Arrived_at="03/03/2026 18:00", Place="Suite A", Ended_at="04/03/2026 12:00"),
    detention("T2", "", Arrived_at="10/03/2026 10:00", Ended_at="10/03/2026 24:00", Outcome="Sent home", Extended="no"),
    detention("T3", "11/03/2026 10:00", 2, Arrived_at="11/03/2026 10:20", Outcome="Sent home", Extended="no"),
]
ESCALATIONS = [
    {"Escalation ID": "E1", "About": "Place of safety full", "Level": "Silver", "Place": "Suite A"}
    | {"Opened at": "29/03/2026 00:30", "Resolved at": "29/03/2026 02:30"}
]


def source_of(name: str, folder: Path) -> Source:
    """A source of the pathway as a site takes it up in `folder`."""
    (folder / f"{name}.toml").write_text(f'extends = "{name}"\n', encoding="utf-8", newline="\n")
    return load_sources(folder)[name]


def tables_of_rows(
    source: Source, text: pl.DataFrame, months: Sequence[Month], who: pl.Expr
) -> dict[str, pl.DataFrame]:
    """The tables of the pathway of one source as of the last of the months, its rows read as any file's are.

    `who`: the person of a row, from the columns of a record: matching has no part in it.
    """
    frame = text.with_row_index("source_row", 1).cast({"source_row": pl.Int64})
    raw = RawTable(frame, pl.DataFrame(schema=NONE_ASIDE), text.height, text.columns, [])
    read = standardise(raw, source, delivery_id="d1", source_file="x.csv", period=months[-1], synthetic=True)
    assert read.quarantine.is_empty()
    links = read.records.select("source", "delivery_id", "source_row", "event_id", person_id=who)
    sent = [{"delivery_id": f"d{at}", "source": source.name, "period": one.start} for at, one in enumerate(months, 1)]
    given = {"record": read.records, "links": links.with_columns(status=pl.lit("not_counted"))}
    with Warehouse(None, memory_limit="500MB", threads=1) as store:
        for name, rows in {**given, "deliveries": pl.DataFrame(sent)}.items():
            store.put(name, pl.concat([pl.DataFrame(schema=schema(TABLES[name])), rows], how="diagonal"))
        for name in ("current", "quoted", "record_identity", "cluster", "event"):
            store.ensure(name)
        build_pathway(store, {source.name: source}, months[-1])
        return {name: store.read(name) for name in store.tables()}


def kept(shown: Shown) -> Shown:
    """What was shown as a later paper finds it: figures have been through JSON."""

    def before(month: Month) -> Edition:
        edition = shown.of(month)
        return Edition(list(edition.cells), dict(edition.splits), json.loads(json.dumps(edition.figures)))

    return Shown(before)


def same_when_made_again(report: Callable[[Shown], Part], after: Callable[[Shown], Part]) -> bool:
    """Whether a month's paper shows the same once its records changed, and says so; by itself it would not."""
    shown = Shown()
    first, second = report(shown), after(kept(shown))
    assert after(Shown()).grids != first.grids
    return (second.grids, second.lead, second.charts) == (first.grids, first.lead, first.charts) and second.notes == (
        *first.notes,
        REPEATED,
    )
