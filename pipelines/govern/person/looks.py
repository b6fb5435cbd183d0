"""The read log, where this version of hiu has one: who looked at a person, and that their file was made."""

from datetime import datetime
from importlib import import_module
from importlib.util import find_spec

from pipelines.common.place import Place
from pipelines.common.work import Row


def has_read_log() -> bool:
    """Whether looks are entered and can be told."""
    return find_spec("hiu.govern.reads") is not None


def enter_look(place: Place, now: datetime, what: str, person_id: str, *, by: str) -> None:
    """Enter a look at a person's record under their own rights, before it is had."""
    if has_read_log():
        looks = import_module("pipelines.access.looks")
        looks.enter_look(place, now, what, [person_id], purpose="rights", by=by)


def looks_at(place: Place, person_id: str) -> list[Row]:
    """Every look at a person, latest first: when, which login and stated name, at what, what for."""
    if not has_read_log():
        return []
    reads = import_module("hiu.govern.reads")
    found = reads.looks(reads.folder_of(place.settings, place.curated), place.key_for("reads"), person_id)
    kept = ("at", "login", "name", "what", "purpose", "month", "refused")
    return [{name: str(row[name]) if row[name] is not None else None for name in kept} for row in found.to_dicts()]
