"""What was read of a column, kept while a delivery is standardised: it is asked for in several places, and read once.

Times, keys, births, read rates and the order of dates are each worked out from the cells, so a column of dates would
otherwise be read for each of them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

import polars as pl

More = ParamSpec("More")
Read = TypeVar("Read")

_ANSWERS: ContextVar[dict[object, list[tuple[pl.Series, object]]] | None] = ContextVar("answers", default=None)


@contextmanager
def each_column_once() -> Iterator[None]:
    """Within it what `once_a_delivery` marks is worked out once for the same texts; afterwards nothing is kept."""
    token = _ANSWERS.set({})
    try:
        yield
    finally:
        _ANSWERS.reset(token)


def once_a_delivery(read: Callable[Concatenate[pl.Series, More], Read]) -> Callable[Concatenate[pl.Series, More], Read]:
    """Mark a function of a column's texts, and of nothing else but its arguments."""

    @wraps(read)
    def kept(texts: pl.Series, *args: More.args, **kwargs: More.kwargs) -> Read:
        answers = _ANSWERS.get()
        if answers is None:
            return read(texts, *args, **kwargs)
        same = answers.setdefault((read, repr(args), repr(kwargs), len(texts), texts.null_count()), [])
        for sent, answer in same:
            if texts.equals(sent):
                return cast(Read, answer)
        found = read(texts, *args, **kwargs)
        same.append((texts, found))
        return found

    return cast(Callable[Concatenate[pl.Series, More], Read], kept)
