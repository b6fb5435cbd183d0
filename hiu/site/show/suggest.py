"""A mistyped name is answered with the nearest right one."""

from typing import TYPE_CHECKING

from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean


class NoSuchName(UsageError, AttributeError):
    """An object was asked for something it does not have."""


class Suggests:
    """Objects that say what they can do when asked for what they cannot."""

    if not TYPE_CHECKING:  # else no attribute of theirs would be checked

        def __getattr__(self, name: str) -> object:
            if name.startswith("_"):
                raise AttributeError(name)
            names = [each for each in dir(type(self)) if not each.startswith("_")]
            kind, of = type(self).__name__, getattr(type(self.__dict__.get("published")), name, None)
            run = f" The month has: run.{name}." if of is not None else did_you_mean(name, names)
            raise NoSuchName(f"{kind} has no '{name}'.{run} help({kind}) lists what it has.")
