"""People as an exchange knows them, and the exact values by which two areas can find that they have one in common."""

import polars as pl

from hiu.extract.values.people.sound import sound
from hiu.link.describe.names import groups

C = pl.col
SUBJECT = {
    "person_id": pl.String,
    "given": pl.String,
    "family": pl.String,
    "other": pl.String,
    "dob": pl.Date,
    "sex": pl.String,
    "nhs_number": pl.String,
    "postcode": pl.String,
}
"""Columns of a person: names folded; `other` = another name of theirs, as 'GIVEN FAMILY'."""

SLOTS = (
    "number_birth",
    "number_name",
    "number_name",
    "name_birth",
    "name_birth",
    "home_birth",
    "home_name",
    "near_given",
    "near_family",
    "near_year",
)
"""What each value of a person combines, in order; the fourth is of the name, the fifth of another name of theirs."""
DECIDES = SLOTS.index("near_given")
"""Slots before this one decide a pair when they agree; the others only earn it a closer comparison."""
NUMBERED, AT_HOME = (0, 1, 2), 5
"""Slots with the NHS number in them, and the one that is about the birth and the home at once."""


def subjects(people: pl.DataFrame, descriptions: pl.DataFrame) -> pl.DataFrame:
    """One row a person who can be told apart (SUBJECT's columns), from the published `people` and `descriptions`.

    The names are those most often sent. Somebody with neither a whole name and a birth nor an NHS number is left out.
    """
    names = (
        descriptions.filter(C("given").is_not_null(), C("family").is_not_null())
        .group_by("person_id", "given", "family")
        .agg(C("rows").sum(), C("aliases").drop_nulls().first())
        .sort("person_id", "rows", "given", "family", descending=[False, True, False, False])
        .group_by("person_id", maintain_order=True)
        .agg(
            C("given").first(),
            C("family").first(),
            # another name as an agency wrote it, else the second one that was sent
            other=pl.coalesce(
                C("aliases").drop_nulls().first().str.split("|").list.first(),
                (C("given") + " " + C("family")).get(1, null_on_oob=True),
            ),
        )
    )
    found = people.select("person_id", "dob", "sex", "nhs_number", "postcode").join(names, on="person_id", how="left")
    identifiable = C("nhs_number").is_not_null() | (C("given").is_not_null() & C("dob").is_not_null())
    return found.filter(identifiable).select(list(SUBJECT)).cast(SUBJECT).sort("person_id")  # type: ignore[arg-type]


def slot_values(people: pl.DataFrame) -> pl.DataFrame:
    """The values of every person, a column for each of SLOTS in order; null where the person lacks a part of one."""
    # of the groups of names that one person may go by the largest, so that William and Bill meet
    by_size = groups("given").with_columns(size=pl.len().over("group")).sort("size", "group", descending=[True, False])
    named_groups = by_size.group_by("name").agg(C("group").first().cast(pl.String))
    split = C("other").str.split(" ")
    parts = people.with_columns(other_given=split.list.first(), other_family=split.list.slice(1).list.join(" "))
    # a family name too, so that names that were swapped meet
    for name in ("given", "family", "other_given", "other_family"):
        parts = parts.join(named_groups.rename({"name": name, "group": f"{name}_group"}), on=name, how="left")
        parts = parts.with_columns(pl.coalesce(f"{name}_group", name).alias(f"{name}_group"))
    heard = parts.with_columns(given_sound=sound(C("given")), family_sound=sound(C("family")))
    birth, year = C("dob").cast(pl.String), C("dob").dt.year().cast(pl.String)
    home = pl.when(C("postcode").str.contains(" ")).then(C("postcode"))
    values = (
        _joined(C("nhs_number"), birth),
        _joined(C("nhs_number"), C("given_sound")),
        _joined(C("nhs_number"), C("family_sound")),
        _joined(_both(C("given_group"), C("family_group")), birth),
        _joined(_both(C("other_given_group"), C("other_family_group")), birth),
        _joined(C("given_group"), birth, home),
        _joined(_both(C("given_group"), C("family_group")), home),
        _joined(birth, C("given_sound")),
        _joined(birth, C("family_sound")),
        _joined(_both(C("given_sound"), C("family_sound")), year),
    )
    return heard.sort("person_id").select(value.alias(f"{n}") for n, value in enumerate(values))


def _both(given: pl.Expr, family: pl.Expr) -> pl.Expr:
    """A given and a family name in one order, so that names that were swapped meet."""
    words = pl.concat_list(given, family).list.sort().list.join("+")
    return pl.when(given.is_not_null() & family.is_not_null() & (family != "")).then(words)


def _joined(*parts: pl.Expr) -> pl.Expr:
    return pl.concat_str(*parts, separator="|")
