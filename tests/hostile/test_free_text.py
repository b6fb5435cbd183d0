"""Text that a person types and the records keep never names whom it is about: every command, one that is added too."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hostile_kit import Site

from hiu.errors import UsageError
from pipelines.access import wording
from pipelines.access.guard import guarded
from pipelines.access.wording import AS_TYPED, TEXTS, require_plain
from pipelines.cli import COMMANDS
from pipelines.commands.options import now

TYPED = {
    (job.__name__.replace("_", "-"), option)
    for job in COMMANDS
    for option in TEXTS
    if {"site", option} <= set(inspect.signature(job).parameters)
}
EXPECTED = {("hold", "reason"), ("basis", "evidence"), ("consent", "by"), ("disclose", "necessity"), ("decide", "note")}
EXPECTED |= {("basis", "allow"), ("breaches", "new"), ("requests", "outcome"), ("rectify", "source")}
EXPECTED |= {("release", "necessity"), ("withdraw", "reason"), ("erase", "reason"), ("audit", "reason"), ("key", "by")}


@pytest.fixture
def named(site: Site) -> dict[str, object]:
    """Somebody with a number, a birth and a name of two words."""
    people = pl.read_parquet(site.place.which(None)[1] / "people.parquet").drop_nulls(["nhs_number", "dob"])
    two = people.filter(pl.col("name_text").str.contains(r"^[A-Za-z]{3,} [A-Za-z]{3,}$")).sort("person_id")
    return two.to_dicts()[0]


def test_every_command_with_such_a_text_is_walked() -> None:
    assert EXPECTED <= TYPED and len(TYPED) >= 25


@pytest.mark.parametrize(("command", "option"), sorted(TYPED))
def test_no_command_takes_a_text_with_the_number(
    command: str, option: str, site: Site, named: dict[str, object]
) -> None:
    """The job itself is never reached."""
    job = next(one for one in COMMANDS if one.__name__.replace("_", "-") == command)

    def unreached(site: Path, curated: Path, **_: object) -> int:
        raise AssertionError("the text was not refused")

    number = str(named["nhs_number"])
    given: dict[str, object] = {"site": site.place.home, "curated": site.place.curated}
    given |= {"person": named["person_id"]} if "person" in inspect.signature(job).parameters else {}
    for text in (f"asked for {number}", f"{number[:3]} {number[3:6]} {number[6:]}"):
        with pytest.raises(UsageError, match=f"{AS_TYPED.get(option, f'--{option}')} may tell who somebody is"):
            guarded(unreached, command, {**given, option: text}, now())


@pytest.fixture(autouse=True)
def no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here one login is refused more often than within an hour it may be."""
    monkeypatch.setattr(wording, "MOST", 1000)


def refused(site: Site, **given: object) -> bool:
    try:
        require_plain(site.place, given, "hold", now())
    except UsageError:
        return True
    return False


def test_a_text_names_the_person_it_is_about(site: Site, named: dict[str, object]) -> None:
    person, (first, last) = named["person_id"], str(named["name_text"]).split()
    about = {"person": person}
    for text in (f"{first} {last} asked", f"{last.upper()}, {first}", f"{first}-{last}", f"Mr {last.title()} wrote"):
        assert refused(site, **about, reason=text), text
    assert refused(site, **about, reason=f"born {named['dob']:%d/%m/%Y}") and refused(site, **about, note=str(person))
    assert refused(site, **about, by=f"{first} {last}") and not refused(site, **about, by=f"Dr {last.title()}")
    assert not refused(site, **about, reason="request of 3 April, upheld", by="Data protection officer")


def test_a_text_about_nobody_names_nobody(site: Site, named: dict[str, object]) -> None:
    first, last = str(named["name_text"]).split()
    assert refused(site, reason=f"wrong rows of {first} {last}")
    assert not refused(site, reason="a file of another force", by=f"{first} {last}"), "staff may be called the same"
    assert not refused(replace(site, place=site.place), reason=f"the month of {first}")
