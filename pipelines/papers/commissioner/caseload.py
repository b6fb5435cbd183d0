"""Offers of support in the year, what became of them, and who is being supported: as cells, and as a table of these."""

from collections.abc import Mapping

import polars as pl

from hiu.govern.release.cells import SUPPORTED, Cell
from hiu.govern.release.disclosure import FEWEST
from hiu.govern.release.solver import ANSWERS, ENDED, ON_LIST
from hiu.month import Month
from hiu.publish.board.change import thousands
from hiu.publish.board.paper import UNSEEN, Grid, legend
from hiu.publish.board.words import COUNTED
from hiu.publish.words.text import join_words
from hiu.settings import Settings
from pipelines.papers.commissioner.cells import YEAR, Released, adults, count_of_people, names

C = pl.col
Tables = Mapping[str, pl.DataFrame]
SPAN = 2 * YEAR
"""Months of offers and endings: of a single year there are mostly too few to be shown."""
NOT_RECORDED = "not recorded"
TITLE = "Offers and support, the last 2 years"
_ANSWERED = dict(zip(ANSWERS, ("agreed", "declined", "have still to answer"), strict=True))


def caseload(month: Month, tables: Tables, settings: Settings) -> list[Cell]:
    """Adults offered support in two years, by their answer at the end of these, and those whose support ended in them.

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
    return [count_of_people(ON_LIST, group, _months(month), n) for group, n in counts.items()]


def _months(month: Month) -> tuple[str, ...]:
    return tuple(names(month - (SPAN - 1), month))


def _texts(released: Released) -> dict[str, str]:
    """What is shown of each group, and of those being supported."""
    shown, month = released.solved.shown, released.month
    found = {group: shown.get(("people", ON_LIST, group, _months(month)), NOT_RECORDED) for group in (*ANSWERS, ENDED)}
    now = released.text("people", ON_LIST, SUPPORTED, (str(month),))
    return found | {SUPPORTED: NOT_RECORDED if found[ENDED] == NOT_RECORDED else now}


def caseload_table(released: Released) -> Grid:
    """How many adults were offered support, agreed, declined or did not answer, ended, and are being supported."""
    words = dict(zip(ANSWERS, ("Agreed to an offer", "Declined an offer", "Have still to answer"), strict=True))
    words |= {ENDED: "Support ended", SUPPORTED: f"Supported at the end of {released.month.title}"}
    rows = tuple((words[group], thousands(text)) for group, text in _texts(released).items())
    note = (
        "Offers made in the 2 years, by the answer at their end. Supported: whether or not there was a contact in the "
        "year. Why support ended, and whether reviews of support are late, is not in this paper. Endings can be of "
        "support that began before the 2 years. All offers together are not given, since few answers of one kind could "
        "be worked out from them."
    )
    return Grid(TITLE, ("Adults", COUNTED), rows, f"{note} {legend(rows)}".strip())


def caseload_sentences(released: Released) -> tuple[str, ...]:
    """The table in words."""
    texts = _texts(released)
    if texts[SUPPORTED] == NOT_RECORDED:
        return ("Who was offered support and who is being supported is not recorded in the system of this paper.",)
    seen = [f"{about(texts[one])} {verb}" for one, verb in _ANSWERED.items() if texts[one] not in UNSEEN]
    unseen = [verb for one, verb in _ANSWERED.items() if texts[one] in UNSEEN]
    if unseen:
        seen.append(f"how many {' or '.join(unseen)} can't be shown")
    return (
        "How many adults were offered support is not recorded."
        if texts[ANSWERS[0]] == NOT_RECORDED
        else f"Of the adults offered support in the last 2 years {join_words(seen)}.",
        f"Support of {about(texts[ENDED])} ended in these 2 years; {about(texts[SUPPORTED])} adults were being "
        f"supported at the end of {released.month.title}, whether or not they had a contact in the year.",
    )


def about(text: str) -> str:
    """A cell's text within a sentence."""
    number = text.replace(",", "")
    if number == "0":
        return "none"
    return f"about {thousands(number)}" if number.isdigit() else f"fewer than {FEWEST} (or so few that it would show)"
