"""What the pack's words mean for a site: certainty, why nobody is shown, the settings, and the definitions' version."""

import hashlib
from collections.abc import Sequence
from datetime import date

import polars as pl

from hiu.govern.basis.gate import basis_block
from hiu.model.grades import NOT_ASSESSED as NO_GRADING
from hiu.model.units import contact_sets
from hiu.publish.pack.view import Front, Person
from hiu.publish.people import date_in
from hiu.publish.rows import Tables
from hiu.publish.stamp import Stamp
from hiu.publish.words.datasets import in_sentence
from hiu.publish.words.definitions import LABELS, PACK, SETTINGS, board, labels, pack
from hiu.publish.words.terms import NOT_ASSESSED, basis_words, label_words
from hiu.publish.words.text import clean, count_of, day, join_words
from hiu.rank.listing.presets import PRESETS
from hiu.settings import Counting, Settings

PRIVATE = {
    "raw",
    "curated",
    "key_file",
    "agreements",
    "memory_limit",
    "query_seconds",
    "database_connect_seconds",
    "database_query_seconds",
    "linking",
    "basis",
    "governance",
    "name",
    "synthetic",
    "roles",
    "paper",
    "places",
    "ignored_files",
    "keep_runs",
    "max_file_bytes",
    "max_unzip_ratio",
    "usual_shorter",
}
"""Folders, keys, local addresses, decisions about people and how files are read: no bearing on the list."""


def certainty(settings: Settings) -> tuple[str, str]:
    """What A, B and C say of a place, for the site's number of places."""
    top = settings.rank.top
    return (
        f"How surely in the first {top}",
        "A: in at least 8 of 10 simulated draws. B: in 2 to 8 of 10; no reliable difference between these people. "
        "C: in fewer.",
    )


def definitions(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Every word of the pack with what it means for a site; how sure a place is comes last."""
    named = (
        (label_words(label), meaning.partition(": shown as")[0]) for label, meaning in labels(settings.labels).items()
    )
    return (*pack(settings.counting), *named, certainty(settings))


def measures(settings: Settings) -> list[tuple[str, str]]:
    """The definitions that a paper about one person needs: severity score, risk, intensity, and how sure a place is."""
    wanted = dict(PACK)
    return [*((term, wanted[term]) for term in ("Severity score", "Risk", "Intensity")), certainty(settings)]


def nobody_shown(left_out: int, on: date) -> dict[str, str]:
    """Of a list with nobody in it because all are withheld: why, and what to put into site.toml."""
    return {
        "said": f"Nobody is shown: {count_of(left_out, 'person', 'people')} would be, but nothing permits it. If no "
        "basis is in force ('hiu status' says so): when each controller has decided, advised by its data protection "
        "officer (docs/governance.md), whoever runs the product adds this to site.toml and runs the month again:",
        "block": basis_block("support", "group", on),
    }


def definitions_version(counting: Counting | None = None) -> str:
    """Eight hex digits over every definition, as a site counts or as shipped: printed, labels, those of frequent."""
    own = counting or Counting()
    words = [" ".join(one) for one in (*pack(own), *board(own), *LABELS.items())] + [repr(preset) for preset in PRESETS]
    return hashlib.sha256("\n".join(words).encode("utf-8")).hexdigest()[:8]


def settings_list(settings: Settings) -> list[tuple[str, str, str]]:
    """Every setting that bears on the list: dotted name, value, and what it is in words; the version covers all."""

    def walk(prefix: str, value: object) -> list[tuple[str, str]]:
        if isinstance(value, dict) and value:
            return [pair for key, inner in value.items() for pair in walk(f"{prefix}.{key}" if prefix else key, inner)]
        when = date_in(value) if isinstance(value, str) else None
        return [(prefix, "none" if value in (None, {}, []) else day(when) if when else str(value))]

    rows = walk("", settings.model_dump(mode="json", exclude=PRIVATE))
    return [(name, value, _in_words(name)) for name, value in rows]


def _in_words(name: str) -> str:
    """What a setting is: as definitions.toml says, else its own name."""
    table, _, last = name.rpartition(".")
    return SETTINGS.get(name) or (f"{SETTINGS[table]}: {last}" if table in SETTINGS else name)


def place_words(person: Person) -> str:
    """The place as it is called in the meeting; that of an under-18 begins with U, since two lists have a 1st place."""
    return f"{'U' if person['minor'] else ''}{person['rank']}"


def notes(tables: Tables, people: Sequence[Person], stamp: Stamp, settings: Settings, screen: Front) -> dict[str, str]:
    """What the pack says once: `meeting` = the first day after the month on which the group meets, `due` = until when
    reviews are due, `contacts` = what counts as one, `crisis` = that several can be of one, `unplaced` = how many
    supported people have no place, `under` = how many below the first places may belong there, `ungraded` = how many of
    the first rest on the middle grading, `today` = what there is to decide on the front (`screen`), `about` = what
    the list is for and who may have the pack. A space follows `crisis`, `unplaced` and `ungraded`; any can be empty.
    """
    month, until, top = stamp.month, stamp.month + 1, settings.rank.top
    on, passed = stamp.built.date(), f", which had passed when this was built ({day(stamp.built.date())})"
    meeting = next((one for one in sorted(settings.paper.meetings) if one > month.end), None)
    sets = join_words(in_sentence(name) for name in contact_sets(tables["coverage"]))
    first = [person for person in people if not person["minor"] and person["rank"] <= top]
    missing = sum(person["risk"] == NOT_ASSESSED for person in first)
    given = tables["ranked"].filter(pl.col("risk_source") == NO_GRADING)["risk"].max()
    middle = (
        f"{missing} of these first {len(first)} have no risk grading and are given the middle one"
        f"{f' ({given:.1f} of 5)' if isinstance(given, float) else ''}. "
    )
    sure = pl.col("certainty").is_in(["A", "B"])
    lower = set(tables["ranked"].filter(pl.col("rank") > top, sure, list="adult")["person_id"])
    n, here = len(lower), sum(person["id"] in lower for person in people)
    below = f"Of everybody below place {top}, listed here or not, {n or 'nobody'} {'are' if n > 1 else 'is'}"
    supported = f" ({'supported' if here == n else f'{here} of them supported'})" if n else ""
    without = len(screen["unlisted"])
    return {
        "crisis": "Each contact is counted, though several can be of one crisis. ",
        "meeting": f"{day(meeting)}{' (past)' if on > meeting else ''}" if meeting else "not given",
        "due": f"Due by the end of {until.title}{passed if on > until.end else ''}",
        "contacts": f"Contacts are {sets}; visits and calls by the team are not among them." if sets else "",
        "unplaced": f"{count_of(without, 'supported person has', 'supported people have')} no place and no page: see "
        "'Supported but not on the list'. "
        if without
        else "",
        "today": today(people, screen["matches"]["total"], without),
        "about": "The list supports a decision and makes none: a named person signs off every offer. Refusing support "
        "does not change a person's place. The pack is for the group's members; its sharing agreement says who may see "
        "it and when it is destroyed. Withheld: kept off the list by a decision on data protection. "
        f"Lawful basis of support: {basis_words(settings, on, 'support', 'group')}. "
        f"Corrections: {clean(settings.paper.contact or 'the analyst')}.",
        "ungraded": middle if missing else "",
        "under": f"{below} marked A or B{supported}.",
    }


def today(people: Sequence[Person], doubts: int, unlisted: int) -> str:
    """What the meeting has to decide, in order, with the number of people of each; `unlisted`: those in support who are
    not on the list."""
    adults, every = ([one["decide"] for one in people if not (one["minor"] and grown)] for grown in (True, False))
    offers, again, goes_on = (
        sum(f"hether support {words}" in one for one in adults)
        for words in ("is offered", "is offered again", "goes on")
    )
    goes_on += unlisted
    apart = f", {unlisted} of them not on the list" if unlisted else ""
    others = sum(not one["supported"] for one in people if not one["minor"])
    steps = {
        f"the under-18s ({len(every) - len(adults)})": len(every) - len(adults),
        f"for which of the {others} adult candidates to ask for the person sheet (suicide and self-harm of people who "
        "are not supported are on that sheet only)": others,
        f"matches to review ({doubts})": doubts,
        f"whether support is offered ({count_of(offers, 'person', 'people')}, to {again} of them again)": offers,
        f"whether it goes on ({count_of(goes_on, 'person', 'people')}{apart})": goes_on,
        "who brings overdue reviews up to date, and by when": sum("Overdue" in one for one in every),
    }
    return f"To decide: {'; '.join(words for words, n in steps.items() if n) or 'nothing'}."


def no_row(why: str) -> str:
    """Why somebody whose support goes on has no row, and what to do about it, in sentences."""
    if why != "nothing counted in 12 months":
        return f"{why}. Support goes on."
    return (
        f"{why}. By the caseload support goes on. Whether the person is alive and still lives here is not in these "
        "data: check before contact. To decide: whether support goes on, changes or ends."
    )
