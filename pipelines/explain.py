"""Why a person is where they are, and who someone is, on the terminal; names are masked unless asked for."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from hiu.engine.duckdb import Warehouse
from hiu.errors import UsageError
from hiu.link.explain import explain_pair
from hiu.link.find import find as find_people
from hiu.site import Published
from hiu.site.mask import initials
from pipelines.journal import record
from pipelines.place import Place
from pipelines.progress import out


def explain(place: Place, person_id: str, month: str | None, *, show_names: bool, now: datetime) -> None:
    """Print rank, sentence, months and source rows of a person."""
    published = _published(place, month)
    person = published.person(_current_id(published, person_id))
    about = _people(published).filter(pl.col("person_id") == person.person_id).to_dicts()[0]
    if show_names:
        record(place, {"type": "names_shown", "person": person.person_id, "month": str(published.month)}, now)
    out(f"{person.person_id}  {_name(about['name_text'], show_names)}  ({published.month.title})")
    out(person.why())
    if about["two_nhs_numbers"] or about["two_dobs"]:
        out("Conflict: more than one NHS number or date of birth. Look at the rows before relying on this.")
    _months(person.months())
    _rows(person.links())


def explain_two(place: Place, pair: str, *, show_names: bool, now: datetime) -> None:
    """Print how the matcher compares two descriptions (identity ids joined by a comma): level and weight by field.

    Reads the working warehouse. Raises Busy while a run is going on, UsageError for an unknown description.
    """
    if pair.count(",") != 1:
        raise UsageError(f"'{pair}': expected two identity ids joined by a comma, as in links or review_queue")
    left, right = (part.strip() for part in pair.split(","))
    with Warehouse(place.warehouse, memory_limit=place.settings.memory_limit, spill=place.spill) as warehouse:
        found = explain_pair(
            warehouse.read("identity"), left, right, settings=place.settings.linking,
            events=warehouse.read("identity_event"),
        )  # fmt: skip
    if show_names:
        record(place, {"type": "names_shown", "identities": [left, right]}, now)
    out(found.sentence)
    for row in found.fields.iter_rows(named=True):
        values = f"{row['left'] or '-'} | {row['right'] or '-'}" if show_names else ""
        out(f"  {row['weight']:+7.2f}  {row['title']:<28} {row['level']:<24} {values}".rstrip())


def find(place: Place, query: str, month: str | None, *, show_names: bool, now: datetime) -> None:
    """Print the people nearest to a query."""
    published = _published(place, month)
    found = find_people(query, _people(published))
    if show_names:
        record(
            place, {"type": "names_shown", "people": found["person_id"].to_list(), "month": str(published.month)}, now
        )
    ranks = published.table("ranked").select("person_id", "rank", "list")
    for row in found.join(ranks, on="person_id", how="left", maintain_order="left").to_dicts():
        place_of = f"rank {row['rank']}" if row["rank"] else "not ranked"
        out(f"{row['person_id']}  {_name(row['name_text'], show_names):<30} {place_of}")
    if found.is_empty():
        out(f"nobody like that in {published.month.title}")


def _published(place: Place, month: str | None) -> Published:
    return Published(*place.which(month))


def _people(published: Published) -> pl.DataFrame:
    return pl.read_parquet(published.folder / "people.parquet")


def _current_id(published: Published, person_id: str) -> str:
    """The id a former one became."""
    became = published.table("aliases").filter((pl.col("old_id") == person_id) & (pl.col("kind") == "merge"))
    return str(became.sort("month")["person_id"][-1]) if became.height else person_id


def _name(name: str | None, show: bool) -> str:
    return (name or "(no name)") if show else initials(name)


def _months(months: pl.DataFrame) -> None:
    wide = months.with_columns(
        pl.col("month").dt.strftime("%Y-%m"), n=pl.col("n").cast(pl.String).fill_null("not supplied")
    )
    table = wide.pivot("dataset", index="month", values="n").sort("month")
    out(" ".join(f"{name:>20}" for name in table.columns))
    for row in table.iter_rows():
        out(" ".join(f"{cell or '0':>20}" for cell in row))


def _rows(links: pl.DataFrame) -> None:
    out(f"{links.height} source rows:")
    for row in links.iter_rows(named=True):
        sure = "" if row["match_probability"] is None else f" {row['match_probability']:.3f}"
        out(f"  {row['source']:<10} {row['source_file']} row {row['source_row']}: {row['status']}, {row['how']}{sure}")
