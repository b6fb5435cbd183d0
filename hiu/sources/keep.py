"""What is kept of a row beside what is counted: for the record view, and for where and what a contact was about."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hiu.sources.conditions import Condition
from hiu.toml_words import Frozen


class Kept(Frozen):
    """The keys of a source that name fields to keep."""

    keep: tuple[str, ...] = Field((), description="fields kept in details, for the record view")
    areas: dict[Literal["incident", "provider"], tuple[str, ...]] = Field(
        {}, description="fields that say where a contact happened and which site gave care, the most precise first"
    )
    mental_health: tuple[dict[str, Condition], ...] = Field(
        (), description="what makes a contact one about mental health: any of these conditions on fields"
    )

    @property
    def kept(self) -> tuple[str, ...]:
        """The fields kept of each row: those named in keep, and what says where it was and what it was about."""
        where = (field for fields in self.areas.values() for field in fields)
        about = (field for rule in self.mental_health for field in rule)
        return tuple(dict.fromkeys((*self.keep, *where, *about)))
