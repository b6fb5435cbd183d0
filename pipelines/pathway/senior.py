"""The page of the senior meeting: caseload, plans, records, actions, incidents and partners, in counts.

Its figures are small and exact, so it is for the meeting alone and its reading is entered. Incidents that need somebody
to act stand by their number, with the organisation that leads: never a person, never anybody of a staff.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

import polars as pl

from hiu.month import Month
from hiu.publish.board.paper import Grid
from hiu.publish.pathway.governing import action_lines, incident_lines, latest_rows, open_at, overdue_at
from hiu.publish.pathway.part import Part
from hiu.publish.rows import Row
from hiu.publish.stamp import MARKING, Stamp
from hiu.publish.words.text import day, join_words
from hiu.rules import rules
from pipelines.access.looks import enter_look
from pipelines.common.place import Place

C = pl.col
Tables = Mapping[str, pl.DataFrame]
NEEDED = ("plan_version", "record_entry", "support_contact", "incident", "action", "meeting", "partner")
MADE_OF = {"plan_exception": ("plan_version",), "record_exception": ("record_entry",), "incident_judged": ("incident",)}
"""A table that rules make -> the tables without which it says nothing."""
SUBJECTS = {
    "plan_version": "plans",
    "record_entry": "entries in records",
    "support_contact": "contacts of the support team",
    "incident": "incidents",
    "action": "the action log",
    "meeting": "meetings",
    "partner": "partners",
}
BESIDE = ("support", "ranked")
DUE, CHECK = "Mandatory referral, due at once", "Can't be judged: find what is missing"
NOTES = (
    "The page has counts and names nobody who is supported. Complaints are counts alone. Owners and organisations "
    "stand as they were sent: they should be posts, not names.",
    "A referral of a death is mandatory where the team had contact within 48 hours before it and the register says "
    "that a police mentor was present, as one may have been in a scheme that NHS England has ordered to stop. Where a "
    "time, or whether one was there, is not recorded it can't be judged: that is no all-clear.",
    "Somebody who refused support made a choice: it counts for or against nobody.",
    "A source that the site does not have has no table here: that is not the same as nought.",
    "Incidents are counted whoever they are about; elsewhere people whom the law lets leave even counts are left out.",
)


def senior_page(place: Place, counted: Tables, every: Tables, *, stamp: Stamp, by: str, now: datetime) -> Part:
    """The page of a month, its reading entered before. `counted`: tables without the people whom counts leave out;
    `every`: those of incidents whole. Raises HiuError if that can't be written."""
    after = stamp.month.after
    missing = [words for name, words in SUBJECTS.items() if name in every and every[name].is_empty()]
    counted, every = _sent(counted), _sent(every)
    incidents = every.get("incident_judged", pl.DataFrame())
    about = set(incidents["person_id"]) if incidents.height else set()
    enter_look(place, now, "senior page", about, by=by, month=stamp.month, people=len(about))
    grids = (
        *_incidents(incidents, stamp.month, after),
        *_caseload(counted, stamp.month, after),
        *_exceptions(counted),
        *_actions(counted, after),
        *_partners(counted, after),
    )
    words = {grid.title: len(grid.columns) for grid in grids if grid.title == "Incidents to act on"}
    return Part(
        name="senior",
        title="Senior meeting: governance",
        stamp=stamp,
        marking=MARKING,
        lead=(
            *_lead(incidents, counted, after),
            *(
                [f"No file was sent with {join_words(missing)}: they are not known, which is not the same as none."]
                if missing
                else []
            ),
        ),
        grids=grids,
        notes=NOTES,
        words=words | {"What is to be put right": 2},
        paper_columns=2,
    )


def _sent(tables: Tables) -> Tables:
    """The tables of which anything was sent, or that say nothing of what was not: missing is not nought."""
    empty = {name for name in NEEDED if name in tables and tables[name].is_empty()}
    silent = empty | {made for made, names in MADE_OF.items() if set(names) <= empty}
    return {name: table for name, table in tables.items() if name not in silent}


def _lead(incidents: pl.DataFrame, tables: Tables, after: date) -> Iterator[str]:
    yield from incident_lines(incidents)
    if "plan_exception" in tables:
        yield f"Plans overdue, by the register of plans: {_people(tables['plan_exception'], 'overdue')}."
    yield from action_lines(tables, after)
    if "meeting" in tables and "partner" not in tables:  # else the table of partners says it
        times = sorted(_meetings(tables["meeting"], after)["at"])
        yield f"Meetings in 12 months: {len(times)}" + (f", the last on {day(times[-1].date())}." if times else ".")


def _meetings(table: pl.DataFrame, after: date) -> pl.DataFrame:
    """The meetings of the 12 months before a day."""
    ends = datetime(after.year, after.month, after.day)
    return latest_rows(table, "meeting_id").filter(C("at") >= ends.replace(year=after.year - 1), C("at") < ends)


def _people(frame: pl.DataFrame, code: str) -> int:
    return frame.filter(code=code)["person_id"].n_unique()


def _incidents(incidents: pl.DataFrame, month: Month, after: date) -> Iterator[Grid]:
    if incidents.is_empty():
        return
    names = {"death": "Deaths", "serious": "Serious incidents", "complaint": "Complaints"}
    begin = datetime(month.year, month.number, 1)
    rows = []
    for kind, words in names.items():
        own = incidents.filter(kind=kind)
        counts = (own.filter(C("at") >= begin), own.filter("open"), own.filter("open", overdue_at("review_due", after)))
        rows.append((words, *(str(one.height) for one in counts), str(own["at"].null_count())))
    yield Grid("Incidents", ("", "This month", "Open", "Review overdue", "Without a time"), tuple(rows))
    act = incidents.filter((C("mandatory") == "yes") & (C("referred") == "no") | (C("mandatory") == "unknown"))
    lines = [_to_act_on(row) for row in act.sort("mandatory", "at", descending=[True, False]).iter_rows(named=True)]
    columns = ("Incident", "When", "What to do", "Leads")
    yield Grid("Incidents to act on", columns, tuple(lines), "" if lines else "None.")


def _to_act_on(row: Row) -> tuple[str, str, str, str]:
    when = f"{day(row['at'].date())} {row['at']:%H:%M}" if row["at"] else "not recorded"
    what = DUE if row["mandatory"] == "yes" else CHECK
    return str(row["incident_id"]), when, what, str(row["lead_organisation"] or "not recorded")


def _caseload(tables: Tables, month: Month, after: date) -> Iterator[Grid]:
    if "support" not in tables or tables["support"].is_empty():
        return
    own = tables["support"]
    now = (C("start") < after) & (C("end").is_null() | (C("end") >= after))
    flow = {
        "Identified: ranked, with a contact in 12 months": tables["ranked"].height if "ranked" in tables else 0,
        "Offered": own.filter(_in("offered", month)).height,
        "Accepted": own.filter(_in("consent_at", month), consent="given").height,
        "Refused": own.filter(_in("consent_at", month), consent="refused").height,
        "Waiting at the month's end": own.filter(
            C("offered") < after, C("start").is_null(), C("consent").ne_missing("refused")
        ).height,
        "Started": own.filter(_in("start", month)).height,
        "Ended": own.filter(_in("end", month)).height,
        "Supported at the month's end": own.filter(now).height,
    }
    yield Grid("Caseload", ("", "People"), tuple((words, str(n)) for words, n in flow.items()), f"In {month.title}.")
    current = own.filter(now)
    gates = {
        "Consent": C("consent").ne_missing("given"),
        "Lead clinician's permission": C("permission").ne_missing("granted"),
        "Capacity review": C("capacity_at").is_null() | C("capacity").eq_missing("lacks capacity"),
        "Privacy notice": C("notice_at").is_null(),
        "Plan review past its day, by the caseload": C("plan_review_at") < after,
    }
    rows = tuple((words, str(current.filter(gate).height)) for words, gate in gates.items())
    yield Grid(
        "Gates overdue",
        ("", "People"),
        rows,
        "Of the people supported at the month's end: not on record, or past its day.",
    )


def _in(column: str, month: Month) -> pl.Expr:
    return (C(column) >= month.start) & (C(column) < month.after)


def _exceptions(tables: Tables) -> Iterator[Grid]:
    found = {name: tables[name] for name in ("plan_exception", "record_exception") if name in tables}
    rows = []
    for rule in rules()["governing"].exceptions:
        table = (
            "record_exception"
            if rule.code in ("no_entry", "entry_unknown", "without_risk", "risk_unknown")
            else "plan_exception"
        )
        if table in found:
            own = found[table].filter(code=rule.code)
            if rule.code == "no_current_plan" and "ranked" in tables:
                own = own.join(tables["ranked"].select("person_id"), on="person_id", how="semi")
            rows.append((rule.title, rule.sentence, str(own["person_id"].n_unique()), str(own.height)))
    if rows:
        yield Grid(
            "What is to be put right",
            ("What", "What the rule is", "People", "Rows"),
            tuple(rows),
            rules()["governing"].source,
        )


def _actions(tables: Tables, after: date) -> Iterator[Grid]:
    if "action" not in tables:
        return
    rows = []
    for (owner,), own in (
        latest_rows(tables["action"], "action_id").sort("owner", nulls_last=True).group_by("owner", maintain_order=True)
    ):
        still = own.filter(open_at("done_at", after))
        oldest = still["set_at"].min()
        age = (
            str((after - oldest.date()).days)
            if isinstance(oldest, datetime)
            else ("not recorded" if still.height else "")
        )
        late = still.filter(overdue_at("due", after)).height
        rows.append(
            (str(owner or "No owner recorded"), str(still.height), str(late), age, str(own.height - still.height))
        )
    columns = ("Owner", "Open", "Overdue", "Days since the oldest was agreed", "Done")
    yield Grid("Actions by owner", columns, tuple(rows), "" if rows else "The action log is empty.")


def _partners(tables: Tables, after: date) -> Iterator[Grid]:
    if "partner" not in tables:
        return
    past = _meetings(tables["meeting"], after) if "meeting" in tables else None
    rows = []
    for row in (
        latest_rows(tables["partner"], "organisation")
        .sort("standing", "organisation", descending=[True, False])
        .iter_rows(named=True)
    ):
        came, last = "not sent", row["last_attended"]
        if past is not None:
            names = past["organisations"].list.eval(pl.element().str.to_lowercase())
            there = past.filter(names.list.contains(str(row["organisation"]).lower()))
            came = f"{there.height} of {past.height}"
            # the later of the two registers: one that lacks the day does not contradict the other
            last = max((at for at in (last, there["at"].max()) if at is not None), default=None)
        ends = row["agreement_end"]
        agreed = "not recorded" if ends is None else day(ends) + (" (over)" if ends < after else "")
        feed = {"yes": "Yes", "no": "No"}.get(str(row["feed"]), "not recorded")
        rows.append(
            (
                str(row["organisation"]),
                str(row["standing"] or "not recorded"),
                came,
                day(last.date()) if last else "not recorded",
                feed,
                agreed,
            )
        )
    columns = ("Partner", "Standing", "Meetings in 12 months", "Last came", "Sends data", "Agreement ends")
    yield Grid("Partners", columns, tuple(rows))
    yield _training(tables["partner"], after)


def _training(partners: pl.DataFrame, after: date) -> Grid:
    """How many partners had training within a year of the month's end, longer ago, or not on record."""
    trained = latest_rows(partners, "organisation").select(pl.when(C("trained_at") < after).then("trained_at"))[
        "trained_at"
    ]
    recent = (trained >= after.replace(year=after.year - 1)).sum()
    counts = {"Within 12 months": recent, "Longer ago": trained.count() - recent, "Not recorded": trained.null_count()}
    rows = tuple((words, str(n)) for words, n in counts.items())
    return Grid("Training", ("Last training of staff", "Partners"), rows, "Organisations, not members of staff.")
