"""Who looked at people, from the read logs."""

import polars as pl

from hiu.govern.reads import folder_of, looks
from hiu.publish.words.text import count_of, uk_time
from pipelines.common.place import Place
from pipelines.common.work import Row


def looked(place: Place, *, person: str | None, login: str | None) -> pl.DataFrame:
    """The looks, latest first: those at one person, those of one login, or all."""
    found = looks(folder_of(place.settings, place.curated), place.key_for("reads"), person)
    return found.filter(pl.col("login") == login) if login else found


def sentence(row: Row) -> str:
    """A look in words."""
    who = f"{row['login']} ({row['name']})" if row["name"] else f"{row['login']} (no name stated)"
    whom = ", ".join(row["whom"]) or count_of(row["people"] or 0, "person", "people")
    month = f" of {row['month']}" if row["month"] else ""
    refused = f"; REFUSED: {row['refused']}" if row["refused"] else ""
    return f"{uk_time(row['at']):%Y-%m-%d %H:%M:%S}  {who}  {row['what']}{month} for {row['purpose']}: {whom}{refused}"
