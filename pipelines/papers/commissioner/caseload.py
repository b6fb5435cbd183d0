"""Offers of support in the year, what became of them, and who is being supported: as cells, and as a table of these."""

from collections.abc import Mapping

import polars as pl

from hiu.govern.release.cells import SUPPORTED, Cell
from hiu.govern.release.disclosure import FEWEST
from hiu.govern.release.solver import ANSWERS, ENDED, ON_LIST, OVERDUE
from hiu.month import Month
from hiu.publish.board.change import thousands
from hiu.publish.board.paper import UNSEEN, Grid, legend
from hiu.publish.board.words import COUNTED
from hiu.publish.pack.reviews import overdue_of
from hiu.publish.words.text import day, join_words
from hiu.settings import Settings
from pipelines.papers.commissioner.cells import YEAR, Released, adults, count_of_people, names, supported_adults

C = pl.col
Tables = Mapping[str, pl.DataFrame]
SPAN = 2 * YEAR
"""Months of offers and endings: of a single year there are mostly too few to be shown."""
NOT_RECORDED = "not recorded"
TITLE = "Offers and support, the last 2 years"
_ANSWERED = dict(zip(ANSWERS, ("agreed", "declined", "are waiting to answer"), strict=True))


def caseload(month: Month, tables: Tables, settings: Settings) -> list[Cell]:
    """Adults offered support in two years, by their answer at the end of these; endings; and late reviews of support.

    None of what the site does not record: without a row of `support`, or without the day of any offer. There is no
    total of offers: most who agreed are among those whose support goes on or ended, so that it would give away how few
    declined.
    """
    span = (month - (SPAN - 1)).start, month.end
    own = adults(tables["support"], tables["people"], month.end, settings)
    heard = C("consent_at").is_null() | (C("consent_at") <= month.end)
    agreed = (C("consent").is_in(["given", "withdrawn"]) & heard) | (C("start") <= month.end)
    refused = (C("consent") == "refused") & heard
    took, declined, waiting = map(pl.lit, ANSWERS)
    answer = pl.when(agreed).then(took).when(refused).then(declined).otherwise(waiting)
    offers = own.filter(C("offered").is_between(*span)).select(answer=answer)
    ended = own.filter(C("end").is_between(*span), C("start") <= C("end"))
    counts = {} if tables["support"].is_empty() else {ENDED: ended.height}
    if tables["support"]["offered"].is_not_null().any():
        counts |= {one: offers.filter(C("answer") == one).height for one in ANSWERS}
    cells = [count_of_people(ON_LIST, group, _months(month), n) for group, n in counts.items()]
    going = list(supported_adults(month, tables, settings).iter_rows(named=True))
    for group, gates in zip(OVERDUE, (("capacity",), ("plan", "plan_review")), strict=True):
        if any(row[f"{gate}_at"] for row in going for gate in gates):  # the site records such reviews at all
            late = [row for row in going if not overdue_of(row, month, settings).keys().isdisjoint(gates)]
            cells.append(count_of_people(ON_LIST, group, (str(month),), len(late)))
    return cells


def _months(month: Month) -> tuple[str, ...]:
    return tuple(names(month - (SPAN - 1), month))


def _texts(released: Released) -> dict[str, str]:
    """What is shown of each group, and of those being supported."""
    shown, month = released.solved.shown, released.month
    found = {group: shown.get(("people", ON_LIST, group, _months(month)), NOT_RECORDED) for group in (*ANSWERS, ENDED)}
    now = {one: shown.get(("people", ON_LIST, one, (str(month),)), NOT_RECORDED) for one in (SUPPORTED, *OVERDUE)}
    return found | (dict.fromkeys(now, NOT_RECORDED) if found[ENDED] == NOT_RECORDED else now)


def caseload_table(released: Released, settings: Settings) -> Grid:
    """How many adults were offered support, agreed, declined or did not answer, ended, and are being supported."""
    words = dict(zip(ANSWERS, ("Agreed to an offer", "Declined an offer", "Waiting to answer an offer"), strict=True))
    words |= {ENDED: "Support ended", SUPPORTED: f"Supported at the end of {released.month.title}"}
    words |= {one: f"Of these: {_mental(one)}" for one in OVERDUE}
    rows = tuple((words[group], thousands(text)) for group, text in _texts(released).items())
    note = (
        "Offers made in the 2 years, by the answer at the end of these. Endings can be of support that began earlier. "
        "All offers together are not given, since the number who declined could be worked out from them. Overdue: a "
        f"mental-capacity review older than {settings.governance.capacity_months} months or never recorded; a plan "
        "past its "
        f"review date, older than {settings.governance.plan_months} months without one, or lacking. As entered by "
        f"{day(released.month.end)}."
    )
    return Grid(TITLE, ("Adults", COUNTED), rows, f"{note} {legend(rows)}".strip())


def caseload_sentences(released: Released) -> tuple[str, ...]:
    """The table in words."""
    texts = _texts(released)
    if texts[SUPPORTED] == NOT_RECORDED:
        return ("Who was offered support and who is being supported is not recorded in the system of this paper.",)
    seen = [f"{about(texts[one])} {verb}" for one, verb in _ANSWERED.items() if texts[one] not in UNSEEN]
    unseen = [verb for one, verb in _ANSWERED.items() if texts[one] in UNSEEN]
    hidden = f". How many {' or '.join(unseen)}, and how many were offered it, can't be shown" if unseen else ""
    return (
        "How many adults were offered support is not recorded."
        if texts[ANSWERS[0]] == NOT_RECORDED
        else f"Adults offered support in the last 2 years: {join_words(seen) or 'nothing can be shown'}{hidden}.",
        f"Support ended for {about(texts[ENDED])} in these 2 years. At the end of {released.month.title} "
        f"{about(texts[SUPPORTED])} adults were being supported (they agreed, support began and the team had at "
        "least 3 contacts with them), with or without a contact with an agency in the year.",
        f"Of those being supported {join_words(_late(one, texts[one], texts[SUPPORTED]) for one in OVERDUE)}"
        "; a review done and not entered counts as overdue.",
    )


def _late(group: str, text: str, of: str) -> str:
    review = _mental(group).removesuffix(" overdue")
    if text == NOT_RECORDED:
        return f"no {review} is recorded"
    number = "a number not shown" if text in UNSEEN else "all or nearly all" if text == of != "0" else about(text)
    return f"the {review} is overdue for {number}"


def _mental(group: str) -> str:
    """A review by the name that a board does not take for staff and beds."""
    return group.replace("capacity", "mental-capacity")


def about(text: str) -> str:
    """A cell's text within a sentence."""
    number = text.replace(",", "")
    if number == "0":
        return "none"
    return f"about {thousands(number)}" if number.isdigit() else f"fewer than {FEWEST} (or so few that it would show)"
