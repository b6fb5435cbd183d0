"""What a clinician acts on, said before any figure: support and a refusal, danger that the records mention, the last
contact, who may be asked, and what is not recorded here."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from hiu.model.units import contact_sets
from hiu.month import Month
from hiu.publish.access import supported_people
from hiu.publish.danger import MENTIONS, left, mentions
from hiu.publish.episodes import detentions, last_contact, last_stay
from hiu.publish.pack.reviews import going, in_order, overdue_of, to_decide
from hiu.publish.people import (
    ALIVE_FIRST,
    ask_first,
    entries_of,
    first_month,
    graded_on,
    graded_words,
    last_day,
    police_at,
    support_so_far,
)
from hiu.publish.rows import Row, Tables, first_row
from hiu.publish.sheet.contacts import about
from hiu.publish.words.terms import REVIEWS
from hiu.publish.words.text import clean, day, display_name, join_words
from hiu.settings import Settings

UNRECORDED = (
    "Address, telephone, preferred contact, GP, care co-ordinator, next of kin, what the person wants, safeguarding, "
    "disability, need for an interpreter, what the plan says, what visits led to, alcohol and drugs; and a death or a "
    "move away that no agency sent. Ask the team: not recorded here does not mean that there is none."
)
LOST = " One may not have been supplied (see 'What does not agree'): ask whether the person was, or is, on a ward."
SHARING = (
    "This sheet is for the lead clinician, or for whoever is named at its top as having asked for it. Pass it on, "
    "keep or destroy it only as the group's sharing agreement says: later corrections do not reach this copy. No "
    "objection to it is on record, or it would not be made. You may tell the person which agencies' records were "
    "joined and why, that support is an offer, and that refusing it changes no place on the list and no care. The "
    "person may ask for their own records; whoever answers takes out what is about others and what the police ask to "
    "withhold."
)


def first_facts(
    own: Tables,
    timeline: pl.DataFrame,
    coverage: pl.DataFrame,
    month: Month,
    settings: Settings,
    *,
    dead: bool,
    years: str = "",
    other: str = "",
    lost: bool = False,
) -> list[tuple[str, str]]:
    """Words and what is so, of whom `own` has the rows (ranked, support, meeting_entry, team_contact); `years` = how
    many contacts there were in the latest 12 months and the 12 before; `other` = what `by_the_other` says; `lost`:
    whether a record says that the person was admitted, and no stay was supplied for it."""
    beds = coverage.filter("supplied", pl.col("month").is_between((month - 5).start, month.start), dataset="mh_bed_day")
    row, ranked = first_row(own["support"]), first_row(own["ranked"])
    entries = next(iter(entries_of(own["meeting_entry"].filter(pl.col("month") <= month.start)).values()), [])
    reasons = about(timeline, month, contact_sets(coverage))
    decide = to_decide(ranked, row, entries, month, settings) if ranked else ""
    return [
        (MENTIONS, mentions(timeline, month)),
        ("Risk grading", risk_words(own, timeline, first_month(coverage), month) + other),
        ("Before a visit", before_visit(own["team_contact"])),
        ("Support", support_words(row, entries, month, supported=bool(supported_people(own["support"], month)))),
        *([("To decide now", in_order(ALIVE_FIRST if dead else "", decide))] if decide else []),
        *([("Left the emergency department before treatment", gone)] if (gone := left(timeline, month)) else []),
        ("Detentions and assessments", detentions(timeline, first_month(coverage))),
        ("Hospital stays", last_stay(timeline, month, supplied=beds["month"].n_unique() == 6) + LOST * lost),
        ("Latest contact with an agency", last_contact(timeline) or "No contact with an agency is in the records."),
        *([("Contacts", years)] if years else []),
        *(
            [(f"What contacts were about, each under one reason, {(month - 11).title} to {month.title}", reasons)]
            if reasons
            else []
        ),
        ("Visits and calls by the team", team_contacts(own["team_contact"])),
        ("Who may be asked", _asked(row, settings.paper.contact)),
        (
            "Plan and reviews",
            _plan(row, {} if "Overdue or lacking" in decide else overdue_of(row, month, settings), month),
        ),
        ("Not recorded in this system", UNRECORDED),
    ]


def support_words(row: Row, entries: Sequence[Row], month: Month, *, supported: bool) -> str:
    """Whether support goes on, and else what was offered and answered, and when it ended, with the days."""
    if row and going(row, month):
        agreed = f", agreed to on {day(row['consent_at'])}" if row["consent"] == "given" and row["consent_at"] else ""
        began = f"since {day(row['start'])}{agreed}"
        if supported:
            return f"Supported {began}."
        return f"Support goes on {began}, but consent or three contacts with the team are not recorded."
    before = support_so_far(row, entries, month) if row else ""
    if not before:
        return "Not supported. No offer of support is recorded."
    why = ""
    if row["consent"] in ("refused", "withdrawn"):
        noted = any(entry["field"] == "notes" and entry["value"] for entry in entries)
        why = " A meeting's notes may say why." if noted else " The reason is not recorded."
    return f"Not supported: {before}.{why} {ask_first(row['lead_clinician'])}"


def risk_words(own: Tables, timeline: pl.DataFrame, first: date, month: Month) -> str:
    """The latest band of each grader with its day, and which is older than the latest contact, in a sentence."""
    found = next(iter(graded_on(own, month).values()), {})
    words = graded_words(found, month, first, last_day(timeline, month))
    return f"{words[0].upper()}{words[1:]}." if found else "Nobody has graded it."


def before_visit(visits: pl.DataFrame) -> str:
    """At how many of the team's latest 3 visits and calls police were present, and what nobody recorded, in sentences.

    Being a suspect is no finding, and says nothing of a risk to who visits, so it is not said here.
    """
    seen = f"Police were present at {at} visits and calls by the team. " if (at := police_at(visits)) else ""
    return f"{seen}Why police came, risk to staff, weapons, dogs, others in the home: not recorded here; ask."


def team_contacts(found: pl.DataFrame) -> str:
    """How many contacts the team had, and the latest three, in a sentence."""
    if found.is_empty():
        return "None recorded."
    latest = found.sort("at", "position", descending=True).head(3)
    police = {True: ", police present", False: "", None: ", police presence not said"}
    contacts = [
        f"{day(row['at'])} ({clean(row['kind'] or 'kind not said')}{police[row['police_present']]})"
        for row in latest.iter_rows(named=True)
    ]
    return f"{found.height} in all; latest {join_words(contacts)}."


def _asked(row: Row, contact: str | None) -> str:
    named = (("lead clinician", row.get("lead_clinician")), ("mental health team", row.get("cmht")))
    found = [f"{display_name(value)} ({words})" for words, value in named if value]
    about = f" About this sheet: {clean(contact)}." if contact else ""
    return (f"{join_words(found)}." if found else "No lead clinician and no team is recorded.") + about


def _plan(row: Row, overdue: Mapping[str, str], month: Month) -> str:
    """The plan with its review, and what else is `overdue` by gate."""
    plan, review = row.get("plan_at"), row.get("plan_review_at")
    due = (
        f"review {'was' if review < month.end else 'is'} due on {day(review)}" if review else "its review is not dated"
    )
    late = [REVIEWS[gate].lower() for gate in overdue]
    words = f"Plan of {day(plan)}; {due}." if plan else "No plan is recorded."
    return f"{words} Overdue or lacking: {join_words(late)}." if late else words
