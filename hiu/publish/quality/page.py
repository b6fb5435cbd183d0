"""The operator's quality report as an offline page: counts and codes, no names."""

from hiu.month import Month
from hiu.publish.pages import render
from hiu.publish.quality.data import LARGEST, quality
from hiu.publish.quality.verdict import verdict
from hiu.publish.rows import Row, Tables
from hiu.publish.stamp import Stamp


def quality_page(tables: Tables, *, stamp: Stamp) -> str:
    """The report as HTML from deliveries, quarantine, coverage, stay, links and people."""
    figures = quality(tables, stamp.month)
    return render(
        "quality.html.j2",
        stamp=stamp,
        quality=figures,
        verdict=verdict(figures),
        period=period,
        share=share,
        largest=LARGEST,
    )


def period(row: Row) -> str:
    """A delivery's month, or `register`."""
    return Month.of(row["period"]).title if row["period"] else "register"


def share(row: Row) -> str:
    """Rows received against the source's usual: `-38%`; empty when there is no usual."""
    return f"{100 * (row['received'] - row['usual']) / row['usual']:+.0f}%" if row["usual"] else ""
