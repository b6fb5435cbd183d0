"""Invented areas that have some people in common: moved, seen by a second hospital, renamed, without a number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from areakit import NOW

from hiu.extract.values.nhs_number import nhs_number
from hiu.extract.values.postcode import read_postcodes
from hiu.month import Month
from hiu.publish.release.pointer import set_current
from hiu.synth.people.clerk import Clerk
from hiu.synth.people.people import People, make_people
from hiu.synth.people.slips import Slips, plain
from pipelines.common.journal import record
from pipelines.common.place import Place, open_place

C = pl.col
LAST = Month(2026, 3)
WAYS = ("moved", "second_hospital", "other_name", "no_number")
"""How somebody who is in two areas differs between them."""
DAY = np.datetime64("2026-03-31")


@dataclass(frozen=True)
class AreaPeople:
    """What one area has published of its people, and who each person is in truth."""

    people: pl.DataFrame
    descriptions: pl.DataFrame
    truth: dict[str, int]


def areas(size: int, *, sites: int = 3, shared: float = 0.03, seed: int = 1) -> list[AreaPeople]:
    """`sites` areas of `size` people each; the share `shared` of all is in two of them, a tenth of these in three."""
    rng = np.random.default_rng([seed, 0])
    total = round(sites * size / (1 + 1.1 * shared))
    everyone = make_people(np.random.default_rng([seed, 1]), np.full(total, 2.0), LAST - 23, LAST, wide=True)
    # the youngest and the oldest share a day of birth there: a family of them moves by days of its own
    ends = np.isin(everyone.dob, [everyone.dob.min(), everyone.dob.max()])
    apart = rng.integers(1, 3650, size=total)[everyone.household].astype("timedelta64[D]")
    everyone.dob = np.where(ends, everyone.dob - apart, everyone.dob)
    # a family lives in one area
    home, many = rng.integers(sites, size=total)[everyone.household], rng.permutation(total)[: round(total * shared)]
    also = {int(one): {int(home[one] + 1 + rng.integers(sites - 1)) % sites} for one in many}
    for one in many[: len(many) // 10]:
        also[int(one)] = set(range(sites)) - {int(home[one])}
    way = {int(one): WAYS[k % len(WAYS)] for k, one in enumerate(many)}
    found = []
    for site in range(sites):
        here = [one for one in range(total) if home[one] == site or site in also.get(one, ())]
        guests = [one for one in here if home[one] != site]
        found.append(_area(_as_guests(everyone, guests, way, rng), np.array(here), guests, way, site, seed))
    return found


def _as_guests(everyone: People, guests: list[int], way: dict[int, str], rng: np.random.Generator) -> People:
    """The people as an area knows those who are at home in another: at a new address, or under another name."""
    changed = {name: values.copy() for name, values in vars(everyone).items()}
    elsewhere = rng.permutation(len(everyone))
    for one in guests:
        if way[one] == "moved":
            changed["postcode"][one] = changed["postcode2"][one] = everyone.postcode[elsewhere[one]]
        if way[one] == "other_name":
            changed["surname"][one] = changed["new_surname"][one] = everyone.surname[elsewhere[one]]
    return People(**changed)


def _area(
    everyone: People, here: np.ndarray, guests: list[int], way: dict[int, str], site: int, seed: int
) -> AreaPeople:
    """Everybody of an area as its agencies described them, two to five times each, and as it published them."""
    rng = np.random.default_rng([seed, 2, site])
    ids = np.array([f"L{k}" for k in range(len(everyone))], dtype=object)
    clerk = Clerk(rng, everyone, Slips(), Counter(), ids=ids, second=ids, trusted=True)
    who = np.repeat(here, rng.integers(2, 6, size=len(here)))
    told = clerk.describe(who, np.full(len(who), DAY))
    rows = pl.DataFrame(
        {
            "person_id": [_id(site, one) for one in who],
            "given": plain(told.given), "family": plain(told.family), "dob": told.dob, "sex": told.sex,
            "nhs": told.nhs, "postcode": read_postcodes(pl.Series(told.postcode.tolist())),
        }
    ).with_columns(
        C("given", "family").cast(pl.String).str.to_uppercase().str.replace_all(r"[^A-Z ]", "").replace("", None),
        C("dob").cast(pl.Date), C("sex").cast(pl.String).replace("", None),
        nhs_number=nhs_number(C("nhs").cast(pl.String), synthetic=True),
    )  # fmt: skip
    numberless = [_id(site, one) for one in guests if way[one] == "no_number"]
    rows = rows.with_columns(nhs_number=pl.when(~C("person_id").is_in(numberless)).then("nhs_number"))
    often = {name: C(name).drop_nulls().mode().sort().first() for name in ("dob", "sex", "nhs_number", "postcode")}
    people = rows.group_by("person_id").agg(**often).sort("person_id")
    aliases = pl.lit(None, pl.String)
    descriptions = rows.group_by("person_id", "given", "family").len("rows").with_columns(aliases=aliases)
    return AreaPeople(people, descriptions, {_id(site, one): int(one) for one in here})


def _id(site: int, one: int) -> str:
    """A person id, another one in every area."""
    return "HIU-" + f"{site}{one:07}".translate(str.maketrans("0123456789", "ABCDEFGHIJ"))


def make_site(home: Path, name: str, area: AreaPeople, others: Sequence[str]) -> Place:
    """A site that has published an area's people, with an agreement with each other site, and a basis for exchanges."""
    home.mkdir(parents=True)
    text = f'name = "{name}"\nsynthetic = true\nkey_file = "site.key"\n'
    for other in others:
        text += f'[[agreements]]\nsource = "cross:{other}:support"\nstart = 2026-01-01\nend = 2099-12-31\n'
        text += f'reference = "ISA-{name}-{other}"\nsigned_by = "Both officers"\n'
    text += '[[basis]]\npurpose = "support"\nrecipient = "partner"\ncode = "invented people"\n'
    text += 'decided_by = "Officer"\nevidence = "DPIA 7"\nstart = 2026-01-01\nend = 2099-12-31\n'
    (home / "site.toml").write_text(text, encoding="utf-8", newline="\n")
    place = open_place(home)
    folder = place.published / "2026-03-made"
    folder.mkdir(parents=True)
    names = area.descriptions.sort("person_id", "rows").group_by("person_id", maintain_order=True).last()
    text_of = pl.concat_str(C("family"), C("given"), separator=", ", ignore_nulls=True)
    people = area.people.join(names, on="person_id", how="left").with_columns(name_text=text_of, named=pl.lit(True))
    people.drop("given", "family", "rows").write_parquet(folder / "people.parquet")
    area.descriptions.write_parquet(folder / "descriptions.parquet")
    aliases = {"old_id": pl.String, "person_id": pl.String, "kind": pl.String, "month": pl.String}
    pl.DataFrame(schema=aliases).write_parquet(folder / "aliases.parquet")
    set_current(place.current, LAST, folder.name)
    record(place, NOW, "made", folder=folder.name)
    return place
