"""Looks at a person as their own file has them: who looked, and that the file was made."""

from datetime import datetime

from hiu.govern import reads
from pipelines.access import looks
from pipelines.common.place import Place
from pipelines.common.work import Row


def enter_look(place: Place, now: datetime, what: str, person_id: str, *, by: str) -> None:
    """Enter a look at a person's record under their own rights, before it is had."""
    looks.enter_look(place, now, what, [person_id], purpose="rights", by=by)


def looks_at(place: Place, person_id: str) -> list[Row]:
    """Every look at a person, latest first: when, which login and stated name, at what, what for."""
    found = reads.looks(reads.folder_of(place.settings, place.curated), place.key_for("reads"), person_id)
    kept = ("at", "login", "name", "what", "purpose", "month", "refused")
    return [{name: str(row[name]) if row[name] is not None else None for name in kept} for row in found.to_dicts()]
