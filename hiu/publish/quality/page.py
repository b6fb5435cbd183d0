"""The operator's quality report, as an offline page and as plain text: counts and codes, no names."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from hiu.month import Month
from hiu.publish.pages import render
from hiu.publish.quality.data import LARGEST, Quality, quality
from hiu.publish.stamp import MARKING, Stamp


def quality_page(tables: Mapping[str, pl.DataFrame], *, stamp: Stamp) -> str:
    """The report as HTML from deliveries, quarantine, coverage, links and people."""
    found = quality(tables, stamp.month)
    return render("quality.html.j2", stamp=stamp, quality=found, period=period, share=share, largest=LARGEST)


def quality_text(tables: Mapping[str, pl.DataFrame], *, stamp: Stamp) -> str:
    """The same in plain text, for a terminal, a log or a mail."""
    found = quality(tables, stamp.month)
    blocks = [
        _heading(stamp),
        _totals(found),
        _late(found),
        _reasons(found),
        _missing(found),
        _people(found),
        _judged(found),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def period(row: Mapping[str, Any]) -> str:
    """A delivery's month, or `register`."""
    return Month.of(row["period"]).title if row["period"] else "register"


def share(row: Mapping[str, Any]) -> str:
    """Rows received against the source's usual: `-38%`; empty when there is no usual."""
    return f"{100 * (row['received'] - row['usual']) / row['usual']:+.0f}%" if row["usual"] else ""


def _heading(stamp: Stamp) -> list[str]:
    invented = ["Synthetic area: every person is invented."] if stamp.synthetic else []
    about = f"{stamp.site}, {stamp.month.title}: data to {stamp.data_text}, built {stamp.built_text}"
    return [f"Data quality. {MARKING}", about, f"run {stamp.run_id}, settings {stamp.settings_version}", *invented]


def _totals(found: Quality) -> list[str]:
    sign = "=" if found.balanced else "IS NOT"
    return [
        f"received {found.received:,} {sign} staged {found.staged:,} + quarantined {found.quarantined:,}"
        f" ({len(found.deliveries)} deliveries)"
    ]


def _late(found: Quality) -> list[str]:
    rows = [row for row in found.deliveries if row["current"] or row["warning"]]
    cells = [
        (row["source"], period(row), row["received"], row["staged"], row["quarantined"], share(row), row["warning"])
        for row in rows
    ]
    head = ("source", "period", "received", "staged", "quarantined", "of usual", "warning")
    return ["Deliveries of this month, and any with a warning", *aligned(head, cells)]


def _reasons(found: Quality) -> list[str]:
    cells = [(row["source"], row["code"], row["rows"], row["reason"]) for row in found.reasons]
    return ["Set aside, by reason", *aligned(("source", "code", "rows", "for example"), cells)] if cells else []


def _missing(found: Quality) -> list[str]:
    gaps = [f"  {feed['title']}: {', '.join(feed['gaps'])}" for feed in found.feeds if feed["gaps"]]
    return ["Not supplied in the last 12 months", *(gaps or ["  none"])]


def _people(found: Quality) -> list[str]:
    cells = [
        (row["source"], row["rows"], row["nobody"], row["joined_rate"], row["elsewhere_rate"]) for row in found.matching
    ]
    head = ("source", "rows", "name nobody", "joined", "also elsewhere")
    largest = [
        f"  {row['person_id']}: {row['identities']} descriptions, {row['rows']} rows" for row in found.largest[:5]
    ]
    return [
        "Matching",
        *aligned(head, cells),
        f"People with two NHS numbers: {found.two_numbers_total}; with two dates of birth: {found.two_dobs_total}",
        *(["Described in most ways", *largest] if largest else []),
    ]


def _judged(found: Quality) -> list[str]:
    cells = [(row["title"], row["figure"], row["interval"], row["of"]) for row in found.judged]
    groups = [(row["group"], row["joined"], row["interval"], row["elsewhere"], row["rows"]) for row in found.by_group]
    if not cells:
        return []
    return [
        "How good the matching is",
        *aligned(("what", "figure", "95% interval", "of"), cells),
        *aligned(("rows of", "joined", "95% interval", "also elsewhere", "rows"), groups),
    ]


def aligned(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> list[str]:
    """A table in plain text: numbers to the right, words to the left, two spaces between."""
    names = list(head)
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    columns = list(zip(names, *cells, strict=True))
    widths = [max(map(len, column)) for column in columns]
    numeric = [all(_is_figure(cell) for cell in column[1:]) for column in columns]
    return [
        (
            "  " + "  ".join(c.rjust(w) if n else c.ljust(w) for c, w, n in zip(row, widths, numeric, strict=True))
        ).rstrip()
        for row in [names, *cells]
    ]


def _is_figure(cell: str) -> bool:
    return cell in ("", "none") or cell.lstrip("+-").rstrip("%").replace(",", "").replace(".", "").isdigit()
