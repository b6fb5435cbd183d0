"""What of the cohort's views may leave the analysts: counts of 1 to 7 hidden, others to the nearest 5, no ids."""

import polars as pl

from hiu.govern.release.disclosure import FEWEST, HIDDEN, count_text, is_small_total, suppress, suppress_list

Texts = dict[str, list[str]]


def shared_together(found: pl.DataFrame) -> pl.DataFrame:
    """Agencies and people; contacts where no person makes most of them. Combinations of few are one row together."""
    people, total = suppress_list(found["people"].to_list())
    rows = found.select("contacts", "people", "most").iter_rows()
    events = [HIDDEN if is_small_total(*row) else count_text(row[0]) for row in rows]
    events = [HIDDEN if hidden == HIDDEN else text for hidden, text in zip(people, events, strict=True)]
    named = found["agencies"].str.replace_all("|", ", ", literal=True)
    seen = [row for row in zip(named, people, events, strict=True) if row[1] != HIDDEN]
    # that a combination exists tells of the few who are in it
    seen += [("other combinations", HIDDEN, HIDDEN)] * (len(seen) < found.height)
    return pl.DataFrame([*seen, ("all", total, "")], schema=["agencies", "people", "contacts"], orient="row")


def shared_groups(found: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """The list and others by group, and the list per 1,000 people from the count shown. Groups of few are one row
    together without a name, which may tell who is in it."""
    grid = suppress([[here, people - here] for here, people in found.select("listed", "people").iter_rows()])
    groups = found.select(pl.concat_str(pl.col(names).fill_null("not recorded"), separator=", ")).to_series()
    living = found["population"] if "population" in found.columns else pl.Series([None] * found.height)
    seen = [
        (group, here, others, _per_1000(here, people))
        for group, people, (here, others, whole) in zip(groups, living, grid[:-1], strict=True)
        if whole != HIDDEN
    ]
    seen += [("other groups", HIDDEN, HIDDEN, "")] * (len(seen) < found.height)
    rows = pl.DataFrame(
        [*seen, ("all", *grid[-1][:2], "")], schema=["group", "listed", "others", "per_1000"], orient="row"
    )
    return rows if "population" in found.columns else rows.drop("per_1000")


def _per_1000(count: str, people: int | None) -> str:
    """From a count as it is shown; the people may not be known."""
    return HIDDEN if count == HIDDEN else f"{int(count) * 1000 / people:.1f}" if people else ""


def shared_flow(found: pl.DataFrame) -> pl.DataFrame:
    """Months of which one of the three is small are hidden whole: the others give it back."""
    rows: Texts = {"month": [f"{day:%Y-%m}" for day in found["month"]]}
    small = [any(0 < n < FEWEST for n in row) for row in found.select("stayed", "entered", "left").iter_rows()]
    for name in ("stayed", "entered", "left"):
        rows[name] = [HIDDEN if hide else count_text(n) for hide, n in zip(small, found[name], strict=True)]
    return pl.DataFrame(rows)


def shared_concentration(found: pl.DataFrame) -> pl.DataFrame:
    """Shares to the nearest 5 in a hundred, where they are of enough people and no one makes most of them."""
    small = [is_small_total(*row) for row in found.select("contacts", "people", "most").iter_rows()]
    share = [HIDDEN if hide else f"{_fifth(one)}%" for hide, one in zip(small, found["share_of_contacts"], strict=True)]
    return pl.DataFrame(
        {"share_of_people": [f"{one:.0%}" for one in found["share_of_people"]], "share_of_contacts": share}
    )


def shared_survival(found: pl.DataFrame) -> pl.DataFrame:
    """Days of which too few are watched, or too few had a contact, or had none, are hidden."""
    seen = found.select("at_risk", "contacts", "share").iter_rows()
    rows = [(count_text(risk), f"{_fifth(share)}%", min(risk, n) < FEWEST) for risk, n, share in seen]
    return pl.DataFrame(
        {
            "days": found["days"].cast(pl.String),
            "at_risk": [HIDDEN if hide else risk for risk, _, hide in rows],
            "share": [HIDDEN if hide else share for _, share, hide in rows],
        }
    )


def _fifth(share: float) -> int:
    """A share to the nearest 5 in a hundred."""
    return round(share * 20) * 5
