"""A refused text confirms nothing: one wording for all, no look at the record where the form tells, else a line."""

from __future__ import annotations

import polars as pl
import pytest
from hostile_kit import Said, Site

from pipelines.access.wording import MOST, REVEALING, others_named
from pipelines.cli import COMMANDS

Row = dict[str, object]
ON_RECORD = ("{first} {last}", "{last}, {first}", "{f}. {last}", "{LAST} {F}", "Ms {F} {Last}", "{f}. {last} again")


@pytest.fixture
def people(site: Site) -> list[Row]:
    frame = pl.read_parquet(site.place.which(None)[1] / "people.parquet").drop_nulls(["nhs_number", "dob", "postcode"])
    return frame.filter(pl.col("name_text").str.contains(r"^[A-Za-z]{3,} [A-Za-z]{4,}$")).sort("person_id").to_dicts()


def refusals(site: Site) -> list[Row]:
    return [look for look in site.looks() if look.get("refused") == REVEALING]


def worded(said: Said) -> str:
    assert said.code == 2 and said.out == "", said
    return said.err


def spelt(form: str, row: Row) -> str:
    first, last = str(row["name_text"]).split()
    names = {"first": first.title(), "last": last.title(), "f": first[0].lower(), "F": first[0].upper()}
    return form.format(**names, LAST=last.upper(), Last=last.title())


def test_a_form_is_refused_alike_whether_it_is_anybody_s(site: Site, people: list[Row]) -> None:
    """Number, birth and postcode of a person on record, and of nobody: the record is not even asked."""
    row = next(one for one in people if 1931 <= one["dob"].year < 2000)  # '25 is of this century by its form
    told = (f"seen {row['dob']}", f"at {row['postcode']}", f"as {row['nhs_number']}", f"{row['dob']:%d.%m.%y}")
    nobody = ("seen 1961-02-03", "at ZE9 9ZZ", "as 9998887776", "03.02.61")
    line = ("hold", row["person_id"], "--by", "Officer", "--reason")
    assert {worded(site.hiu(*line, text)) for text in (*told, *nobody)} == {worded(site.hiu(*line, "born 2 May 1958"))}
    assert {worded(site.hiu("breaches", "--new", text)) for text in (*told, *nobody)}.__len__() == 1
    assert refusals(site) == []


def test_what_only_the_record_tells_is_a_look_and_limited(site: Site, people: list[Row]) -> None:
    """`breaches --new` answered whether somebody is on record, without a basis and without a line."""
    before = site.place.audit.read_bytes()
    for n in range(MOST):
        text = f"letter, {spelt('{last} {first}', people[n])}"
        assert (
            "may tell who somebody is" in worded(site.hiu("breaches", "--new", text)) and len(refusals(site)) == n + 1
        )
    assert refusals(site)[0]["what"] == "breaches" and "name" not in refusals(site)[0]
    for text in (f"letter, {spelt('{first} {last}', people[9])}", "letter, Zzyzx Quux", "a letter was lost"):
        assert "within the hour" in worded(site.hiu("disclose", "--what", text))
    assert len(refusals(site)) == MOST and str(people[0]["name_text"]).encode() not in before


@pytest.mark.parametrize("form", ON_RECORD)
def test_somebody_else_is_named_by_no_form(form: str, site: Site, people: list[Row]) -> None:
    """The forms that the guard of whole names let through, and an erasure left in others' records."""
    about, other = [str(people[0]["person_id"])], people[1]
    assert others_named(site.place, [(about, "reason", spelt(form, other))])[0] >= {other["person_id"]}
    assert others_named(site.place, [(about, "--by", spelt(form, other))]) == [frozenset()], "staff may be called so"


def test_consent_and_requests_take_a_role_and_no_name(site: Site, people: list[Row]) -> None:
    one, other = people[0]["person_id"], spelt("{first} {last}", people[1])
    asked = (
        ("consent", one, other, "--by", "Officer"),
        ("requests", "--person", one, "--new", "access", "--for", other, "--by", "Officer"),
        ("requests", "--person", one, "--new", "access", "--for", "j. roe, 07.01.63", "--by", "Officer"),
        ("subject", one, "--for", spelt("{f}. {last}", people[1]), "--by", "Officer"),
    )
    for line, option in zip(asked, ("MEMBER", "--for", "--for", "--for"), strict=True):
        assert f"{option} may tell who somebody is" in worded(site.hiu(*line)), line
    assert other.encode() not in site.place.audit.read_bytes()


def test_what_explain_explains_is_not_let_through_by_its_form() -> None:
    explain = next(job for job in COMMANDS if job.__name__ == "explain")
    assert "what" not in explain.__annotations__ and "which" in explain.__annotations__
