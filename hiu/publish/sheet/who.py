"""Who it is, how sure that all rows are one person's, and what speaks against it."""

from collections.abc import Collection
from datetime import date

import polars as pl

from hiu.model.ages import age_on
from hiu.month import Month
from hiu.publish.people import born
from hiu.publish.rows import Row
from hiu.publish.words.terms import OF_AGE, TO_CHECK, age_doubt, conflicts, source_words
from hiu.publish.words.text import clean, count_of, day, display_name, join_words, likelihood

HOW = {
    "number": "by NHS or local number",
    "model": "by similar details",
    "decision": "by a reviewer's decision",
    "event": "by the police log that a section 136 record quotes",
    "single": "with one version of name and details",
    "nobody": "naming nobody",
}
_SEX = {"M": "Male", "F": "Female"}


def identity(
    people: pl.DataFrame,
    links: pl.DataFrame,
    month: Month,
    found: pl.DataFrame | None = None,
    descriptions: pl.DataFrame | None = None,
    *,
    built: date | None = None,
) -> dict[str, object]:
    """Who it is, how sure that all the rows are one person's, and the age at the month's end (in words that of the day
    on which the sheet was `built` too, if the day of birth is known).

    `people` holds the person's row; `found` = what contradicts itself (`conflicts`), and `descriptions` what was sent:
    the values that differ are given.
    """
    about, age = people.row(0, named=True), people.select(age_on(month.end)).item()
    against = [] if found is None else found.sort("what").to_dicts()
    of_age = [row for row in against if row["what"] in OF_AGE]
    doubt = age_doubt(age, of_age) if of_age else ""
    doubts = conflicts(
        about, [row["what"] for row in against if row["what"] != TO_CHECK and not (doubt and row in of_age)]
    )
    number, aged = about["nhs_number"] or "", ""
    if age is not None and age >= 0:
        exact = built is not None and about["dob"] and not about["died"]
        now = built if built and exact else month.end
        grown = people.select(age_on(now)).item()
        earlier = f"{age} on {day(month.end)}, " if grown != age else ""
        aged = f" ({earlier}{grown} on {day(now)})"
    return {
        "name": display_name(about["name_text"], 200),
        "age": age,
        "identity": [
            ("Born", f"{born(about)}{aged}" or "not known"),
            ("Sex", _SEX.get(about["sex"], about["sex"]) or "not known"),
            ("NHS number", f"{number[:3]} {number[3:6]} {number[6:]}" if number else "none sent"),
            ("Postcode, latest", clean(about["postcode"] or "") or "none sent"),
            ("Also known as", _also(about, descriptions)),
            ("In these records", f"{_date(about['first_seen'])} to {_date(about['last_seen'])}"),
            *((("Died", day(about["died"])),) if about["died"] else ()),
        ],
        "sure": how_sure(links, conflicts(about) or doubt),
        "age_doubt": f"{doubt}." if doubt else "",
        "doubts": f"{doubts[:1].upper()}{doubts[1:]}. Look at the rows before relying on this sheet." if doubts else "",
        "differing": differing(about, against, descriptions),
    }


def _also(about: Row, descriptions: pl.DataFrame | None) -> str:
    """Aliases as sent, and the other ways in which the name was spelt."""
    sent = [] if descriptions is None else descriptions["name_text"].drop_nulls().unique().sort().to_list()
    spelt = {name.casefold(): name for name in map(display_name, sent)}
    spelt.pop(display_name(about["name_text"]).casefold(), None)
    sent = [clean(alias) for alias in (about["aliases"] or "").split("|") if alias]
    other = f"spelt {', '.join(spelt.values())}" if spelt else ""
    return "; ".join(filter(None, [*sent, other])) or "no alias sent"


def differing(about: Row, found: Collection[Row], descriptions: pl.DataFrame | None) -> list[tuple[str, str]]:
    """Of each contradiction what it is about, and the values that were sent."""
    out = []
    for flag, column, words in (
        ("two_nhs_numbers", "nhs_number", "NHS numbers"),
        ("two_dobs", "dob", "Dates of birth"),
    ):
        if about[flag] and descriptions is not None:
            values = descriptions.drop_nulls(column).group_by(column).agg(pl.sum("rows")).sort(column).iter_rows()
            shown = ((day(one) if isinstance(one, date) else str(one), n) for one, n in values)
            out.append((words, join_words(f"{one} ({count_of(n, 'row')})" for one, n in shown)))
    for row in found:
        if row["detail"] and row["what"] != TO_CHECK:
            out.append((source_words(row["what"]).capitalize(), join_words(clean(row["detail"]).split("|"))))
    return out


def how_sure(links: pl.DataFrame, doubts: str = "") -> str:
    """How the rows were joined, and the least certain match, in a sentence; no chance while `doubts` contradict it."""
    counts = dict(links.filter(pl.col("how").is_not_null()).group_by("how").len().iter_rows())
    parts = [f"{counts[how]} {words}{_from(links, how)}" for how, words in HOW.items() if how in counts]
    weakest = links.filter(pl.col("how") == "model")["match_probability"].min()
    rows = f"{links.height} rows joined: {join_words(parts)}." if parts else "No row."
    if doubts:
        return f"{rows} Because of what does not agree, how likely the matches are to be right is not given."
    return (
        f"{rows} The least certain match is {likelihood(weakest)} to be right." if isinstance(weakest, float) else rows
    )


def _from(links: pl.DataFrame, how: str) -> str:
    """Of the rows that no number joined, how many each source sent."""
    if how in ("number", "single", "nobody"):
        return ""
    sent = links.filter(how=how).group_by("source").len().sort("source").iter_rows()
    return f" ({join_words(f'{n} {source_words(name)}' for name, n in sent)})"


def _date(when: date | None) -> str:
    return day(when) if when else "not known"
