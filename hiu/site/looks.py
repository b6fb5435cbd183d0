"""Looks at people: what shows somebody is entered in the read log, a line a call, before it is handed over.

A method that shows a person is marked with `look`. Of several, one inside the other, the outermost writes the line, and
puts a number in place of the id of whoever no basis lets the analyst ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

import polars as pl

from hiu.errors import LookRefused
from hiu.govern.pseudonym import PERSON_ID
from hiu.month import Month
from hiu.site.opened import Opened
from hiu.site.show.finding import Finding


class OfMonth(Protocol):
    """A month of a site: what a look at it is entered under."""

    month: Month

    @property
    def opened(self) -> Opened: ...
    def _handed(self, value: Any, whom: Collection[str]) -> Any: ...


Method = TypeVar("Method", bound=Callable[..., Any])
_inside: ContextVar[set[str] | None] = ContextVar("people in the look that is going on", default=None)


@contextmanager
def one_look() -> Iterator[set[str]]:
    """What is asked meanwhile writes no line of its own: whoever opens this writes one for all.

    Gives the ids of the people who were asked for meanwhile.
    """
    asked: set[str] = set()
    before = _inside.set(asked)
    try:
        yield asked
    finally:
        _inside.reset(before)


def asked_for(person_id: str) -> None:
    """Note a person for the line of the look that is going on: a sentence about them need not hold their id."""
    if (asked := _inside.get()) is not None:
        asked.add(person_id)


def look(method: Method) -> Method:
    """Mark a method of a month, or of what hangs on one, that shows people."""

    @wraps(method)
    def shown(self: Any, *args: Any, **kwargs: Any) -> Any:
        if _inside.get() is not None:
            return method(self, *args, **kwargs)
        tables, what, why = tables_of(self), _title(self, method), ""
        try:
            with one_look() as asked:
                found = method(self, *args, **kwargs)
        except LookRefused as refused:
            tables.opened.look(what, refused.people, str(tables.month), refused="no basis")
            why = str(refused)
        if why:  # without the people, and without the steps that led to them: a rank would give an id
            raise LookRefused(why)
        whom = people_in(found) | people_in(getattr(self, "person_id", None)) | asked
        rows = found.height if isinstance(found, pl.DataFrame) and not whom else None
        if whom or rows:
            tables.opened.look(what, whom, str(tables.month), rows=rows)
        return tables._handed(found, whom)

    shown.shows_people = True  # type: ignore[attr-defined]
    return cast(Method, shown)


def tables_of(one: Any) -> OfMonth:
    """The month that an object of the library is of."""
    if isinstance(one, pl.DataFrame):
        return cast(OfMonth, getattr(one, "_run", None))
    return cast(OfMonth, getattr(one, "_published", getattr(one, "published", one)))


def people_in(value: object) -> frozenset[str]:
    """Ids of everybody who is in what is shown."""
    if isinstance(value, pl.DataFrame):
        texts = [value[name] for name, kind in value.schema.items() if kind == pl.String]
        texts = [text.filter(text.str.contains(PERSON_ID.pattern)).unique() for text in texts]
        found = [text.str.extract(PERSON_ID.pattern, 0) for text in texts]
        several = [text.filter(text.str.count_matches(PERSON_ID.pattern) > 1) for text in texts]
        found += [text.str.extract_all(PERSON_ID.pattern).explode() for text in several]
        return frozenset().union(*(series.to_list() for series in found))
    if isinstance(queue := getattr(value, "_queue", None), pl.DataFrame):
        return people_in(queue)
    if hasattr(value, "to_csv"):  # a pandas frame: its text would leave rows out
        return frozenset(PERSON_ID.findall(value.to_csv()))
    if isinstance(value, Finding):
        return frozenset().union(*map(people_in, value.tables.values()), people_in(list(value.sentences)))
    own = getattr(value, "person_id", None) if not isinstance(value, str) else None
    return frozenset(PERSON_ID.findall(own if isinstance(own, str) else str(value)))


def _title(one: object, method: Callable[..., Any]) -> str:
    return f"{type(one).__name__}.{method.__name__}".replace("Published.", "")
