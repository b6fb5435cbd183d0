"""What stands around the figures of the board paper: how far to trust them, harm, what is asked of its readers, and
on which basis it leaves.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

import polars as pl

from hiu.govern.release.disclosure import FEWEST, count_text
from hiu.govern.release.ground import BESIDE
from hiu.govern.release.solver import ON_LIST, OVERDUE
from hiu.month import Month
from hiu.publish.board.change import thousands
from hiu.publish.pathway.governing import latest_rows, open_at
from hiu.publish.words.datasets import title_of
from hiu.publish.words.terms import basis_words
from hiu.publish.words.text import day, join_words
from hiu.rank.reports.equality.audit import NOT_RECORDED
from hiu.settings import Settings
from pipelines.papers.commissioner.cells import YEAR, Released, names
from pipelines.papers.commissioner.changes import absent
from pipelines.papers.commissioner.equality import UNSTATED

C = pl.col
Tables = Mapping[str, pl.DataFrame]
LEAST_ROWS = 1000
"""Rows from which a share of them is printed to a tenth of a per cent."""
UNFILLED = "still to be filled in"


def missing(released: Released, sets: Sequence[str]) -> tuple[str, ...]:
    """The months of the 12 that each data set lacks: `MHA assessments: Nov 2025 and Jan 2026 (2 of 12 months)`."""
    found = ((name, absent(released, name)) for name in sets)
    return tuple(f"{title_of(name)}: {join_words(gap)} ({len(gap)} of 12 months)" for name, gap in found if gap)


def trust(tables: Tables, released: Released, sets: Sequence[str]) -> tuple[str, ...]:
    """How good the matching is, which months and rows the figures lack, and that later rows do not change them."""
    gaps = missing(released, sets)
    supply = (
        f"Not supplied in the last 12 months: {'; '.join(gaps)}. What is missing is not nought: totals, costs and the"
    )
    return (
        *_matching(tables["link_quality"]),
        *_doubts(tables),
        f"{supply} target stand without it." if gaps else "Every agency supplied each of the last 12 months.",
        *_rows(tables, released.month),
        "A month stays as it was when it was first released. Entries that arrive later go into the records, not into "
        "this paper; the latest months are those most likely to gain some.",
    )


def _matching(quality: pl.DataFrame) -> tuple[str, ...]:
    """Precision and recall with their ranges, as estimated; nothing of so few rows that a tenth per cent is one row."""
    words = {
        "precision": "of the agencies' entries are on the right person's record",
        "recall": "of a person's entries are found together on one record",
    }
    rows = quality.filter(C("group") == "all", C("n") >= LEAST_ROWS).drop_nulls(["value", "low", "high"])
    found = {row["measure"]: row for row in rows.iter_rows(named=True)}
    parts = [
        f"about {_share(found[name]['value'])} ({_share(found[name]['low'])} to {_share(found[name]['high'])}) {text}"
        for name, text in words.items()
        if name in found
    ]
    if not parts:
        return ("How well entries are matched to people was not estimated this month.",)
    source = "by the matching's own model" if found.get("precision", {}).get("basis") == "model" else "by review"
    return (f"Matching: {join_words(parts)}. This is an estimate {source}, over all agencies.",)


def _doubts(tables: Tables) -> Iterator[str]:
    """The share of pairs that are unsure, how many of them a person has decided, and which way an error moves."""
    own = tables["link_quality"].filter(C("measure") == "pairs_in_doubt", C("group") == "all", C("n") >= LEAST_ROWS)
    checked = tables["decisions"].filter(C("undone_at").is_null(), C("decision") != "unsure").height
    for n, pairs in own.select("value", "n").drop_nulls().iter_rows():
        yield (
            f"Of the pairs of entries compared {_share(n / pairs)} are unsure and listed for a person to check "
            f"({_some(count_text(checked))} checked so far). Somebody split over two records seems to "
            "have fewer contacts, two people on one record more."
        )


def _rows(tables: Tables, month: Month) -> tuple[str, ...]:
    """Rows that name nobody, rows set aside, and months restated since the list before: as shares, or rounded."""
    out = []
    nobody = tables["link_quality"].filter(
        C("measure") == "rows_naming_nobody", C("group") == "all", C("n") >= LEAST_ROWS
    )
    for n, rows in nobody.select("value", "n").drop_nulls().iter_rows():
        out.append(f"{_share(n / rows)} of entries name nobody and are in no figure of this paper.")
    own = tables["deliveries"].filter(C("period").is_between((month - (YEAR - 1)).start, month.start))
    received, aside = int(own["received"].sum()), int(own["quarantined"].sum())
    if received >= LEAST_ROWS:
        out.append(
            f"{_share(aside / received)} of the entries received for the 12 months could not be read and are left out."
        )
    late = tables["changes"].filter(C("kind") == "restated").height
    if late:
        text = count_text(late)
        how_many = f"about {text}" if text.isdigit() else "a few"
        out.append(f"Late or corrected entries would change {how_many} earlier monthly totals of last month's paper.")
    return tuple(out)


def _share(value: float) -> str:
    percent = min(round(value * 100, 1), 99.9 if value < 1 else 100)
    return "less than 0.1%" if value > 0 and not percent else f"{percent:g}%"


def harm(released: Released, tables: Tables) -> tuple[str, ...]:
    """Deaths, serious incidents and complaints of the 12 months, or that they are not recorded."""
    year = names(released.month - (YEAR - 1), released.month)
    if "incident_judged" not in tables:
        counts = (
            "Deaths, serious incidents and complaints are not counted in the system that makes this paper: entries "
            "name some people who have died, but not all. The organisations' own incident reporting has them; ask the "
            "owner of this paper."
        )
    else:
        texts = [(title, released.events(name, released.ground.months(name, year))) for name, title in BESIDE.items()]
        counts = f"In the last 12 months: {'; '.join(f'{title} {_some(text)}' for title, text in texts)}. Adults only."
    return (counts,)


def actions(tables: Tables, month: Month) -> str:
    """Open and overdue actions of the group's log; or that none is kept here."""
    if tables.get("action", pl.DataFrame()).is_empty():
        return "Actions are not recorded in the system that makes this paper: its owner reports on them."
    after = month.end + timedelta(days=1)
    still = latest_rows(tables["action"], "action_id").filter(open_at("done_at", after))
    late = still.filter(C("due") < after).height
    return f"Action log: open {_some(count_text(still.height))}, overdue {_some(count_text(late))}."


def _some(text: str) -> str:
    """A cell inside a sentence."""
    return (
        "none"
        if text == "0"
        else f"about {thousands(text)}"
        if text.isdigit()
        else f"fewer than {FEWEST}, or not shown"
    )


def asks(
    released: Released,
    sets: Sequence[str],
    settings: Settings,
    groups: Sequence[Mapping[str, object]],
    target: str,
    recorded: bool,
    on: date,
) -> tuple[str, ...]:
    """What the commissioner is asked to note and to decide, never about a person; and whom to ask. `recorded`: whether
    the paper has deaths, serious incidents and complaints; `on`: the day on which the paper is built."""
    out = [f"Decide whether to ask for the months that were not supplied. {gap}." for gap in missing(released, sets)]
    if any(row["flag"] for row in groups):
        out.append("Decide who looks into the difference between groups with the organisation's exact figures.")
    stated = [one for one in groups if str(one["group"]).lower() not in UNSTATED]
    judged = {one["characteristic"] for one in stated if one["ratio"] is not None}
    if absent_groups(groups):
        out.append(
            "Decide who brings ethnic group and deprivation into the organisation's own equality check: its patient "
            "records have them."
        )
    elif {one["characteristic"] for one in stated} - judged:
        out.append("Decide who brings you the organisation's own equality check, as some groups can't be judged here.")
    if "too few" in target or "can't be" in target:
        out.append("Decide whether a target for section 136 is of use here, as this paper can't show its result.")
    if not recorded:
        out.append("Decide who reports deaths, serious incidents and complaints to you, as this paper can't.")
    at = (str(released.month),)
    if any(released.solved.shown.get(("people", ON_LIST, one, at), "0") != "0" for one in OVERDUE):
        out.append(
            f"Decide who brings reviews overdue on {day(released.month.end)} up to date; ask first what was done since."
        )
    if any(one.startswith("Decide") for one in out):
        by_when = settings.paper.decide_by or f"(date {UNFILLED})"
        out.insert(0, f"For decision by {by_when}{_passed(settings.paper.decide_by, on)}:")
    out.append("No decision about a person is asked for: the group and a named clinician make those.")
    return (*out, _hands(settings))


def _passed(words: str, on: date) -> str:
    """That the last date of a sentence (14 May 2026) is before the day; nothing of a later one or of none."""
    found = re.findall(r"(\d{1,2}) ([A-Z][a-z]{2})[a-z]* (\d{4})", words)
    try:
        due = datetime.strptime(" ".join(found[-1]), "%d %b %Y").date() if found else on
    except ValueError:
        return ""
    return f", which had passed when this was built ({day(on)}): set a new date" if due < on else ""


def absent_groups(groups: Sequence[Mapping[str, object]]) -> bool:
    """Whether the paper knows a group of no characteristic but sex and age."""
    return not {str(row["characteristic"]) for row in groups if row["group"] != NOT_RECORDED} - {"sex", "age"}


def _hands(settings: Settings) -> str:
    """Who answers for the paper, whom to ask, who makes and who checks it."""
    own = settings.paper
    about = {"Owner": own.owner, "Questions to": own.contact, "Made by": own.made_by, "Checked by": own.checked_by}
    return ". ".join(f"{what}: {who or UNFILLED}" for what, who in about.items()) + "."


def basis_line(settings: Settings, on: date, recipient: str) -> str:
    """The basis in force on which planning figures go to the recipient: the law, who decided it, and until when."""
    return f"Lawful basis of this paper: {basis_words(settings, on, 'planning', recipient)}."
