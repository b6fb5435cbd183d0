"""What forbids is ended for the person it bears on, under whatever id it was recorded, and for nobody else."""

from __future__ import annotations

import polars as pl
import pytest
from areakit import NOW
from hostile_kit import Site, forbid

from hiu.errors import UsageError
from hiu.govern import records
from hiu.model.govern import BASIS
from pipelines.access.basis import allowed
from pipelines.govern import record_basis
from pipelines.govern.record_basis import BasisChange, record_change

END = BasisChange(allow=None, deny=None, end="objection", purpose=None, recipient=None, until=None)


@pytest.fixture
def two(site: Site) -> tuple[str, str]:
    """Two people of the latest month."""
    people = pl.read_parquet(site.place.which(None)[1] / "people.parquet")["person_id"].sort()
    return str(people[0]), str(people[1])


def became(monkeypatch: pytest.MonkeyPatch, *steps: tuple[str, str, str]) -> pl.DataFrame:
    """Former ids as the next month would publish them."""
    aliases = pl.DataFrame(list(steps), schema=["old_id", "person_id", "kind"], orient="row")
    monkeypatch.setattr(record_basis, "last_aliases", lambda _: aliases)
    return aliases


def end(site: Site, person: str) -> None:
    record_change(site.place, person, END, evidence="letter", by="DPO", now=NOW)


def shown(site: Site, aliases: pl.DataFrame, *people: str) -> set[str]:
    about = {"purpose": "support", "recipient": "group", "on": NOW.date()}
    return set(allowed(site.place, people, aliases=aliases, **about).ids)  # type: ignore[arg-type]


@pytest.mark.parametrize("asked", ["the id today", "the id it was recorded under"])
def test_after_a_merge_it_ends_by_either_id(
    asked: str, site: Site, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _ = two
    aliases = became(monkeypatch, ("HIU-OLD", person, "merge"))
    forbid(site.place, "HIU-OLD")
    assert not shown(site, aliases, person)
    if asked == "the id today":
        end(site, person)
    else:
        monkeypatch.setattr(record_basis, "_last_id", lambda *_: person)
        end(site, "HIU-OLD")
    assert shown(site, aliases, person) == {person}


def test_after_a_split_it_holds_for_the_other(
    site: Site, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    aliases = became(monkeypatch, (one, other, "split"))
    forbid(site.place, one)
    assert not shown(site, aliases, one, other)
    end(site, one)
    assert shown(site, aliases, one, other) == {one}


def test_after_a_split_it_is_not_ended_for_both_in_silence(
    site: Site, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    aliases = became(monkeypatch, (one, other, "split"))
    forbid(site.place, one)
    with pytest.raises(UsageError, match="two people"):
        end(site, other)
    assert not shown(site, aliases, one, other) and records.read(site.place.records, BASIS).height == 1
    with pytest.raises(UsageError, match="no row"):
        end(site, "HIU-NOBODY1")
