"""A mistyped name is answered with the nearest right one, and so is what a method does not take."""

import inspect
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache, wraps
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean, not_among
from hiu.places.demand import LEVELS

Method = TypeVar("Method", bound=Callable[..., Any])

KINDS: dict[str, tuple[type, str]] = {
    "str": (str, "text"),
    "int": (Integral, "a whole number"),
    "float": (Real, "a number"),
    "bool": (bool, "True or False"),
    "None": (type(None), "None"),
    "Path": (Path, "a path"),
    "Mapping": (Mapping, "a dict"),
    **dict.fromkeys(("Sequence", "Collection", "Iterable"), (Iterable, "a list")),
}
"""What an annotation means: the type, and what it is called in a message."""


SHARED = (
    "together(), flow(), concentration() and next_contact() of run.cohort(), and run.groups(), have a part that may "
    "leave. What else others may read is in 'hiu equality' (counts by group) and the board paper ('hiu export board')."
)
"""Which figures may leave the analysts."""


class NoSuchName(UsageError, AttributeError):
    """An object was asked for something it does not have."""


def answering(method: Method) -> Method:
    """A method that says in words what it takes, where it is given something else."""
    read = cache(lambda: (inspect.signature(method), _kinds(method)))  # when it is first asked

    @wraps(method)
    def asked(*args: Any, **kwargs: Any) -> Any:
        takes, kinds = read()
        try:
            given = takes.bind(*args, **kwargs)
            for name in [one for one in kinds if one in given.arguments]:
                (types, words), value = kinds[name], given.arguments[name]
                other = bytes if bool in types else bool | bytes  # to Python True is a number, and bytes are a list
                if not isinstance(value, types) or isinstance(value, other):
                    found = repr(value) if isinstance(value, str | Real | None) else type(value).__name__
                    raise UsageError(f"{method.__name__}({name}=...): expected {words}; found {found}")
                if isinstance(value, Integral) and bool not in types:
                    given.arguments[name] = int(value)  # one of numpy's, from a frame of pandas
            return method(*given.args, **given.kwargs)
        except pl.exceptions.ColumnNotFoundError as lacking:
            named = re.search('"(.+?)"', str(lacking))
            there = args[0].columns if isinstance(args[0], pl.DataFrame) else []
            if named is None or not there or named[1] in there:
                raise
            raise NoSuchName(no_column(named[1], there)) from None
        except TypeError:
            each = [one for name, one in takes.parameters.items() if name != "self"]
            unknown = next((name for name in kwargs if name not in takes.parameters), "")
            own = ", ".join(one.name + "=" * (one.kind is one.KEYWORD_ONLY) for one in each) or "nothing"
            try:
                takes.bind(*args, **kwargs)
            except TypeError as wrong:
                guess = did_you_mean(unknown, [one.name for one in each])
                what = f" takes no '{unknown}'.{guess}" if unknown else f": {wrong}."
                by_name = " Give those with = by name." if "positional" in str(wrong) and "=" in own else ""
                raise UsageError(f"{method.__name__}(){what} It takes: {own}.{by_name}") from None
            raise  # it is a mistake of the method's own

    return cast(Method, asked)


def _kinds(method: Callable[..., Any]) -> dict[str, tuple[tuple[type, ...], str]]:
    """Parameter -> the types it takes, and these in words; without those that read what they are given themselves."""
    found = {}
    for name, given in inspect.signature(method).parameters.items():
        each = [kind.partition("[")[0] for kind in str(given.annotation).split(" | ")]
        if set(each) <= KINDS.keys():
            types, words = zip(*(KINDS[one] for one in each), strict=True)
            found[name] = (types, " or ".join(dict.fromkeys(words)))
    return found


def no_column(name: str, columns: Collection[str]) -> str:
    """What to say of a column that a table does not have; of an area, who has it."""
    area = f' run.people(area="{name}") has the area of the home.' if name in LEVELS else ""
    return not_among(f"no column '{name}'", name, columns) + area


class Suggests:
    """Objects that say what they can do when asked for what they cannot."""

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        for name, method in list(vars(cls).items()):
            if inspect.isfunction(method) and not name.startswith("_"):
                setattr(cls, name, answering(method))

    if not TYPE_CHECKING:  # else no attribute of theirs would be checked

        def __getattr__(self, name: str) -> object:
            if name.startswith("_"):
                raise AttributeError(name)
            if name == "to_share":
                raise NoSuchName(f"{type(self).__name__} has no 'to_share'. {SHARED}")
            names = [each for each in dir(type(self)) if not each.startswith("_")]
            month = self.__dict__.get("published", self.__dict__.get("_published"))
            kind, of = type(self).__name__, getattr(type(month), name, None)
            run = f" The month has: run.{name}." if of is not None else did_you_mean(name, names)
            raise NoSuchName(f"{kind} has no '{name}'.{run} help(hiu.{kind}) lists what it has.")
