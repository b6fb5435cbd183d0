"""One page for an inspection: the registers, releases, looks, retention, objections, agreements and proofs of a site.

No name and no person id is on it; what a register says in words stays in the register.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from hiu.errors import HiuError
from hiu.govern import audit, reads, records
from hiu.govern.basis.agreements import in_force
from hiu.govern.basis.gate import opt_out_words
from hiu.govern.release.disclosure import count_text
from hiu.model.govern import BASIS, DISCLOSURES, EVERY
from hiu.publish.pages import render
from hiu.publish.words.text import count_of, day, moment
from pipelines.common.place import Place
from pipelines.govern.registers.breaches import breaches_due, breaches_of
from pipelines.govern.registers.requests import late, requests_due, requests_of
from pipelines.govern.release import seals
from pipelines.govern.retain import holds_in_force, to_review

Chapters = Mapping[str, Sequence[str]]


def governance_page(place: Place, *, problems: Sequence[str], now: datetime) -> bytes:
    """The page as HTML; `problems` = what 'hiu verify' found."""
    head = audit.head(place.audit) if place.audit.exists() else "no log yet"
    chapters = {**chapters_of(place, now), "Proof": _proof(place, problems, head)}
    about = {"site": place.settings.name, "at": moment(now), "synthetic": place.settings.synthetic}
    return render("governance.html.j2", chapters=chapters, **about).encode("utf-8")


def chapters_of(place: Place, now: datetime) -> Chapters:
    """Heading -> sentences, as configuration and records stand now."""
    return {
        "Requests of people about their data": _requests(place, now),
        "Breaches": _breaches(place, now),
        "Objections, opt-outs and restrictions": _objections(place, now),
        "Who looked at people": _looks(place),
        "What was disclosed": _disclosures(place),
        "Releases to commissioners": _releases(place),
        "Retention and holds": _retention(place, now),
        "Sharing agreements": _agreements(place, now),
        "Lawful basis": _basis(place, now),
    }


def _requests(place: Place, now: datetime) -> list[str]:
    rows = requests_of(place)
    kinds = Counter(rows["kind"])
    counts = ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items())) or "none"
    return [
        f"Received: {counts}. Answered or, of complaints, acknowledged late: {late(rows)}.",
        *requests_due(place, now.date()),
    ]


def _breaches(place: Place, now: datetime) -> list[str]:
    rows = breaches_of(place)
    reported = rows.drop_nulls("notified_at")
    late = reported.filter(pl.col("notified_at") > pl.col("notify_by")).height
    reports = f"Reported to the Commissioner: {reported.height}, of which after 72 hours: {late}."
    return [f"Breaches entered: {rows.height}. {reports}", *breaches_due(place, now)]


def _objections(place: Place, now: datetime) -> list[str]:
    on = now.date()
    rows = records.read(place.records, BASIS).filter(
        ~pl.col("allow"), pl.col("start") <= on, pl.col("end").is_null() | (pl.col("end") >= on)
    )
    out = place.settings.governance.left_out_of_counts
    kept = {"national_opt_out": f"kept from: {opt_out_words(place.settings, on)}"}
    lines = [
        f"{code}: {count_text(n)} people; {kept.get(code, 'not shown by name')}"
        + ("; not counted in figures that leave either" if code in out else "; counted in figures that leave")
        for code, n in rows.filter(pl.col("person_id") != EVERY).group_by("code").len().sort("code").iter_rows()
    ]
    return lines or ["No objection, restriction or opt-out is in force."]


WHY_DUE = {
    "age": "because no agency has sent anything for a long time",
    "exit": "because support ended long ago",
    "death": "because the person died",
    "move": "because the latest address lies outside the area",
    "contact before death": "because the team had contact with the person shortly before they died",
}
"""Event of a review -> why a record is due for it."""


def _looks(place: Place) -> list[str]:
    found = reads.looks(reads.folder_of(place.settings, place.curated), place.key_for("reads"))
    counts = found.group_by("login", "purpose").agg(n=pl.len(), refused=pl.col("refused").count()).sort("login")
    return [f"{who}, for {what}: {count_of(n, 'look')}, {no} refused" for who, what, n, no in counts.iter_rows()] or [
        "Nobody has looked."
    ]


def _disclosures(place: Place) -> list[str]:
    rows = records.read(place.records, DISCLOSURES)
    counts = rows.group_by("what", "recipient", "purpose").len().sort("what", "recipient")
    return [f"{what} to {who} for {why}: {n}" for what, who, why, n in counts.iter_rows()] or ["Nothing was entered."]


def _releases(place: Place) -> list[str]:
    folders = sorted((place.curated / "releases").glob("board-*"))
    wrong = list(seals(place))
    first = f"Released: {len(folders)}. Seals that are not whole: {len(wrong)}."
    return [first, *(folder.name for folder in folders), *wrong]


def _retention(place: Place, now: datetime) -> list[str]:
    try:
        due = to_review(place, now.date())
    except HiuError:
        return ["Nothing is published yet, so nothing is due for review."]
    lines = [
        f"Due for review {WHY_DUE[event]}: {count_text(n)}"
        for event, n in due.group_by("event").len().sort("event").iter_rows()
    ]
    return [*(lines or ["Nothing is due for review."]), f"On hold: {count_text(holds_in_force(place).height)}."]


def _agreements(place: Place, now: datetime) -> list[str]:
    found = {source: in_force(place.settings, source, now.date()) for source in sorted(place.sources)}
    return [
        f"{source}: {one.reference}, signed by {one.signed_by}, until {day(one.end)}"
        if one
        else f"{source}: none in force, so its files are refused"
        for source, one in found.items()
    ]


def _basis(place: Place, now: datetime) -> list[str]:
    rows = [one for one in place.settings.basis if one.start <= now.date() <= one.end]
    return [
        f"{one.purpose} to {one.recipient}: {one.code}; confidentiality: {one.confidentiality or 'not said'}; "
        f"decided by {one.decided_by}, until {day(one.end)}"
        for one in rows
    ] or ["None is in force: nobody is shown to anybody."]


def _proof(place: Place, problems: Sequence[str], head: str) -> list[str]:
    n = len(audit.read(place.audit)) if place.audit.exists() else 0
    verdict = [f"hiu verify: {problem}" for problem in problems] or ["hiu verify: everything is as the log says."]
    return [f"Audit log: {count_of(n, 'line')}, head {head}. Keep the head on paper, apart from the site.", *verdict]
