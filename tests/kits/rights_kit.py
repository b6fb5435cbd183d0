"""A person about whom much is held, for the tests of what they may ask for."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.common.place import Place


@dataclass(frozen=True)
class Known:
    """The person, somebody else who is named in their records, and the site."""

    place: Place
    person: str
    former: tuple[str, str]
    other: dict[str, object]
