"""The gates before support as they are on record now: of a person, and how many people being supported lack which."""

from datetime import date

import polars as pl

from hiu.govern import records
from hiu.govern.basis.start import gates_on_record, lacking, support_ended
from hiu.model import MEETING_ENTRY
from hiu.model.meeting import NEEDED_TO_START
from hiu.publish.people import gate_words
from hiu.publish.words.terms import ENTERED
from hiu.publish.words.text import count_of, join_words
from pipelines.common.place import Place, published_tables


def gates_of(place: Place, person: str, on: date) -> tuple[str, dict[str, str]]:
    """A person's gates in a line, each with its day and where it is written; and why support may not start on a day."""
    support = _support(place)
    if support.is_empty():
        return "", lacking({}, ended=None, on=on)
    entries = records.history(place.records, MEETING_ENTRY)
    own, ended = gates_on_record(support).get(person, {}), support_ended(support, entries, on).get(person)
    return gate_words(own, ended), lacking(own, ended=ended, on=on)


def gates_lacking(place: Place, on: date) -> list[str]:
    """A sentence if people are being supported without a gate, or on one without its day: how many, of which."""
    support = _support(place)
    if support.is_empty():
        return []
    going = support.filter(pl.col("start") <= on, pl.col("end").is_null() | (pl.col("end") > on))
    own = gates_on_record(going)
    found = [lacking(own.get(person, {}), ended=None, on=on) for person in going["person_id"]]
    counts = {gate: sum(gate in one for one in found) for gate in NEEDED_TO_START}
    words = join_words(f"{ENTERED[gate].lower()} of {n}" for gate, n in counts.items() if n)
    if not words:
        return []
    people = count_of(going.height, "person is", "people are")
    return [f"{people} being supported; lacking, or without its day: {words}. 'hiu basis --due' names them"]


def _support(place: Place) -> pl.DataFrame:
    if not place.months():
        return pl.DataFrame()
    return published_tables(place.which(None)[1], ("support",)).get("support", pl.DataFrame())
