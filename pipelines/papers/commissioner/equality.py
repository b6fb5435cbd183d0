"""The equality table of the board paper: shares worked out from the cells shown, or repeated as last released."""

from collections.abc import Sequence

from hiu.govern.release.disclosure import FEWEST, HIDDEN
from hiu.govern.release.solver import ON_LIST
from hiu.month import Month
from hiu.publish.board.figures import ratio_range
from hiu.publish.words.terms import source_words
from hiu.publish.words.text import join_words
from hiu.rank.reports.equality.audit import NOT_RECORDED
from hiu.rank.reports.equality.selected import Q, mid_p, representation
from hiu.settings import Settings
from hiu.stats import benjamini_hochberg
from pipelines.access.releases import Past
from pipelines.common.work import Row
from pipelines.papers.commissioner.cells import GRADED, RISK, UNGRADED, Released


def selection(released: Released, settings: Settings, past: Past) -> tuple[Month, list[Row]]:
    """The month the list is counted as at, and a row a group: texts, and ratios from them where both are shown."""
    month = released.month if past.renews_equality(released.month) else Month.parse(str(past.answers["equality"]))
    texts = _texts(released, past, str(month))
    kinds = sorted({group.partition("=")[0] for group, _ in texts} - {RISK}, reverse=True)
    rows = [row for kind in kinds for row in _rows(kind, texts, settings.rank.top)]
    rated = [row for row in rows if row["ratio"] is not None]
    import numpy as np

    flags = benjamini_hochberg(np.array([row["p"] for row in rated]), Q) if rated else []
    for row, flag in zip(rated, flags, strict=True):
        row["flag"] = bool(flag)
    return month, rows


def findings(groups: Sequence[Row], top: int) -> tuple[str, ...]:
    """What the table says, in sentences: which groups stand out, what can't be judged, and what no agency supplied."""
    out = [
        f"Beyond chance among the first {top}, beside all others: {_named(row)} {_ratio(row)}. Look into it."
        for row in groups
        if row["flag"]
    ]
    calm, dark, lacking = [], [], []
    kinds = dict.fromkeys(str(row["characteristic"]) for row in groups)
    for kind in kinds:
        own = [row for row in groups if row["characteristic"] == kind and str(row["group"]).lower() not in UNSTATED]
        rated = [row for row in own if row["ratio"] is not None]
        if not own:
            lacking.append(source_words(kind))
        elif not rated:
            dark.append(source_words(kind))
        elif seen := [f"{_named(row)} {_ratio(row)}" for row in rated if not row["flag"]]:
            what = f"by {source_words(kind)}, where {len(rated)} of {len(own)} recorded groups can be judged"
            calm.append(f"{what}: {join_words(seen)}")
    if calm:
        out.append(
            f"How likely people of a group are to be among the first {top}, beside all others (range in brackets), "
            f"{'; '.join(calm)}. Chance alone could explain each of these; with {top} people only large differences "
            "would show."
        )
    if dark:
        out.append(
            f"By {join_words(dark)} no recorded group can be judged, as too much has to be hidden. That takes the "
            "organisation's own equality check, with exact figures."
        )
    if lacking:
        out.append(
            f"By {join_words(lacking)} no group can be judged, here or in the organisation's own equality check, as "
            "the agencies' entries sent here have it for hardly anybody."
        )
    return (*out, *((NOT_SUPPLIED,) if set(kinds) <= {"sex", "age"} else ()), OFFERED)


def grading(released: Released, past: Past, month: Month, top: int) -> tuple[str, ...]:
    """How many of the first places, and of all in the records, anybody has graded the risk of."""
    texts = _texts(released, past, str(month))
    if not any(group.startswith(f"{RISK}=") for group, _ in texts):
        return ()  # a paper of an earlier version counted the list of this year
    first, whole = (
        [_some(texts.get((f"{RISK}={one}", what), "0")) for one in (GRADED, UNGRADED)] for what in ("places", "people")
    )
    return (
        f"The risk of {first[0]} of the first {top} is graded and that of {first[1]} is not; for these the middle of "
        f"all gradings is assumed. Of all adults in the records {whole[0]} have a grading and {whole[1]} have none.",
    )


def _some(text: str) -> str:
    return f"about {text}" if text.isdigit() and text != "0" else "none" if text == "0" else "a number not shown"


def _named(row: Row) -> str:
    group = str(row["group"])
    return f"{source_words(row['characteristic'])} {group}" if group in ("not recorded", *"FMX") else group


def _ratio(row: Row) -> str:
    """How likely the group is to be among the first places beside all others, and these beside it."""
    span = ratio_range(row["low"], row["high"])
    if row["top"] == "0":
        return f"none of them ({span} times)"
    inverse = (
        f"; all others are then {1 / row['ratio']:.1f} times as likely as they"
        if 0 < round(row["ratio"], 1) < 1
        else ""
    )
    return f"{row['ratio']:.1f} times ({span}{inverse})"


UNSTATED = (NOT_RECORDED, "not stated", "not known", "unknown")
"""No groups of people: nothing is said of how often they are selected."""
OFFERED = f"Who is offered and gets support is not shown by group: most groups would have fewer than {FEWEST} people."
NOT_SUPPLIED = (
    "Ethnic group and deprivation: no agency supplied them to this paper, so it can't say whether they bear on who is "
    "discussed first. That takes the organisation's own equality check."
)


def _texts(released: Released, past: Past, month: str) -> dict[tuple[str, str], str]:
    cells = [*past.cells, *released.solved.cells]
    own = [cell for cell in cells if cell.dataset == ON_LIST and "=" in cell.group and cell.months == (month,)]
    return {(cell.group, cell.measure): cell.shown or HIDDEN for cell in own}


def _rows(kind: str, texts: dict[tuple[str, str], str], top: int) -> list[Row]:
    groups = sorted({group for group, _ in texts if group.startswith(f"{kind}=")}, key=_place)
    shown = [texts[group, "people"] for group in groups]
    total = sum(int(text) for text in shown if text.isdigit())
    return [_row(kind, group, texts, total, top) for group in groups]


def _place(group: str) -> tuple[int, str]:
    """By the alphabet, but from the most deprived to the least."""
    value = group.partition("=")[2].lower()
    return (0 if value.startswith("most") else 2 if value.startswith(("least", "not recorded")) else 1, group)


def _row(kind: str, group: str, texts: dict[tuple[str, str], str], total: int, top: int) -> Row:
    people, first = texts[group, "people"], texts[group, "places"]
    row: Row = {"characteristic": kind, "group": group.partition("=")[2], "people": people, "top": first}
    row |= dict.fromkeys(("ratio", "low", "high", "p", "flag"))
    if not (people.isdigit() and first.isdigit() and 0 < int(people) < total and total > top):
        return row
    k = min(int(first), top, int(people))
    ratio, low, high = (round(value, 2) for value in representation(k, int(people), total, top))
    return row | {"ratio": ratio, "low": low, "high": high, "p": mid_p(k, int(people), total, top)}
