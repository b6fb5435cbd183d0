"""The draft of a database in place of a file: what is asked of which connection, and how to ask for one month of it."""

import re
from collections.abc import Iterator, Mapping

from hiu.extract.draft.columns.look import Look
from hiu.extract.draft.columns.match import match_fields
from hiu.extract.draft.columns.words import is_personal_name
from hiu.extract.draft.lines import comment, quoted
from hiu.extract.draft.plan import Plan
from hiu.extract.draft.table.sample import Query, Sample
from hiu.sources import Source

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
"""A name that SQL takes as it is; another is put in double quotes (ISO 9075)."""


def asked_lines(sample: Sample, query: Query, base: Source | None, plan: Plan | None) -> Iterator[str]:
    """The connection and the query; with CHECK where it gives all months alike, and the table is no list of people."""
    kind = base.kind if base else plan.kind if plan else "events"
    of_month = any(word in query.sql for word in ("{month}", "{month_after}"))
    whole = of_month or kind == "register" or bool(plan and plan.wide)
    missing = "" if whole else f"  # CHECK: every run asks for all rows: add {_condition(sample, query, base, plan)}"
    yield f"\n[file]\ndsn = {quoted(query.dsn)}"
    yield f"query = {quoted(query.sql)}{comment(missing)}"


def _condition(sample: Sample, query: Query, base: Source | None, plan: Plan | None) -> str:
    """What keeps a query to the rows of a month; stays are sent when they begin and when they end."""
    matched = plan.matched if plan else match_fields(sample.looks, base) if base else {}
    columns = {field: match.header for field, match in matched.items()}
    start = _start(sample.looks, columns, plan.month if plan else None)
    word = "AND" if re.search(r"\bwhere\b", query.sql, re.IGNORECASE) else "WHERE"
    if "end" in columns and _is_ordered(sample.looks[columns["end"]]) and _is_stay(base, plan):
        return f"{word} ({_within(start)} OR {_within(columns['end'])})"
    return f"{word} {_within(start)}"


def _is_stay(base: Source | None, plan: Plan | None) -> bool:
    return "stays" in (base.kind if base else "", plan.kind if plan else "")


def _within(column: str | None) -> str:
    name = "..." if column is None else column if _PLAIN.fullmatch(column) else '"' + column.replace('"', '""') + '"'
    return f"{name} >= {{month}} AND {name} < {{month_after}}"


def _start(looks: Mapping[str, Look], columns: Mapping[str, str], month: str | None) -> str | None:
    """The column of when it was, else the first of times or dates that is not the person's own; None if there is none
    that a database can compare with a date."""
    first = month or columns.get("start")
    if first:
        return first if _is_ordered(looks[first]) else None
    mine = {header for field, header in columns.items() if field != "end"}
    free = [seen for header, seen in looks.items() if header not in mine and not is_personal_name(header)]
    ordered = [seen for seen in free if _is_ordered(seen)]
    timed = [seen for seen in ordered if seen.kind == "timestamp"]
    return next((seen.header for seen in (*timed, *ordered)), None)


def _is_ordered(seen: Look) -> bool:
    """Whether all of it is written year first, as a database's dates and times are."""
    return seen.dated and all(form.startswith("%Y-%m-%d") for form in seen.formats)
