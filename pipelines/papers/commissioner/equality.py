"""The equality table of the board paper: shares worked out from the cells shown, or repeated as last released."""

from hiu.govern.release.disclosure import HIDDEN
from hiu.govern.release.solver import ON_LIST
from hiu.month import Month
from hiu.rank.reports.equality.selected import Q, mid_p, representation
from hiu.settings import Settings
from hiu.stats import benjamini_hochberg
from pipelines.access.releases import Past
from pipelines.common.work import Row
from pipelines.papers.commissioner.cells import Released


def selection(released: Released, settings: Settings, past: Past) -> tuple[Month, list[Row]]:
    """The month the list is counted as at, and a row a group: texts, and ratios from them where both are shown."""
    month = released.month if past.renews_equality(released.month) else Month.parse(str(past.answers["equality"]))
    texts = _texts(released, past, str(month))
    kinds = sorted({group.partition("=")[0] for group, _ in texts}, reverse=True)
    rows = [row for kind in kinds for row in _rows(kind, texts, settings.rank.top)]
    rated = [row for row in rows if row["ratio"] is not None]
    import numpy as np

    flags = benjamini_hochberg(np.array([row["p"] for row in rated]), Q) if rated else []
    for row, flag in zip(rated, flags, strict=True):
        row["flag"] = bool(flag)
    return month, rows


def _texts(released: Released, past: Past, month: str) -> dict[tuple[str, str], str]:
    cells = [*past.cells, *released.solved.cells]
    own = [cell for cell in cells if cell.dataset == ON_LIST and "=" in cell.group and cell.months == (month,)]
    return {(cell.group, cell.measure): cell.shown or HIDDEN for cell in own}


def _rows(kind: str, texts: dict[tuple[str, str], str], top: int) -> list[Row]:
    groups = sorted({group for group, _ in texts if group.startswith(f"{kind}=")})
    shown = [texts[group, "people"] for group in groups]
    total = sum(int(text) for text in shown if text.isdigit())
    return [_row(kind, group, texts, total, top) for group in groups]


def _row(kind: str, group: str, texts: dict[tuple[str, str], str], total: int, top: int) -> Row:
    people, first = texts[group, "people"], texts[group, "places"]
    row: Row = {"characteristic": kind, "group": group.partition("=")[2], "people": people, "top": first}
    row |= dict.fromkeys(("ratio", "low", "high", "p", "flag"))
    if not (people.isdigit() and first.isdigit() and 0 < int(people) < total and total > top):
        return row
    k = min(int(first), top, int(people))
    ratio, low, high = (round(value, 2) for value in representation(k, int(people), total, top))
    return row | {"ratio": ratio, "low": low, "high": high, "p": mid_p(k, int(people), total, top)}
