"""A column of initials: MR, PC and NK are people there, if a birth or an NHS number stands beside them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from traps.draftkit import draft_of

from hiu.extract.draft.columns.concepts import bare_source
from hiu.extract.identity import identities
from hiu.extract.values.people.initials import initials_warnings

FIELDS = {
    "event": {"columns": ["Ref"]},
    "name": {"columns": ["Who"], "type": "name"},
    "dob": {"columns": ["Born"], "type": "dob"},
}
SOURCE = bare_source("one", "event", FIELDS, {"pattern": "*"})
OTHERS = ["AB", "J.S.", "KW", "T H", "LO", "RF", "GB", "PDQ"]


def people(names: list[str], births: list[str | None]) -> pl.DataFrame:
    names, births = [*names, *OTHERS * 4], [*births, *["01/02/1970"] * 4 * len(OTHERS)]
    cells = pl.DataFrame({"event": [str(n) for n in range(len(names))], "name": names, "dob": births})
    at = pl.Series([date(2026, 3, 1)] * len(names), dtype=pl.Datetime("us"))
    return cells.hstack(identities(cells, SOURCE, at, at, synthetic=True).select(pl.all().name.prefix("who:")))


@pytest.mark.parametrize("sent", ["MR", "M.R.", "Ms", "DR", "P.C.", "PS", "DC", "PT", "NK", "N.K.", "NA", "NO", "UK"])
def test_initials_beside_a_birth_are_somebody(sent: str) -> None:
    found = people([sent], ["03/04/1980"]).row(0, named=True)
    assert not found["who:nobody"] and not found["who:unknown"]
    assert found["who:family"] == sent.replace(".", "").upper()


@pytest.mark.parametrize("sent", ["MR", "NK", "N.K.", "NA"])
def test_initials_that_are_such_a_word_without_a_birth_are_nobody(sent: str) -> None:
    found = people([sent], [None]).row(0, named=True)
    assert found["who:nobody"] and found["who:family"] is None


@pytest.mark.parametrize("sent", ["Unknown", "Not known", "UNK", "Anon", "Refused", "Test patient"])
def test_a_plain_word_for_not_known_is_nobody_though_a_birth_stands_beside(sent: str) -> None:
    assert people([sent], ["03/04/1980"]).row(0, named=True)["who:nobody"]


def test_dotted_and_plain_initials_are_the_same() -> None:
    assert set(people(["MP", "M.P.", "m p", "M.P"], ["03/04/1980"] * 4)["who:family"].head(4)) == {"MP"}


def test_in_a_column_of_whole_names_such_a_word_stays_one() -> None:
    cells = pl.DataFrame(
        {"event": list("abcde"), "name": ["NK", "Quill, Ada", "Birch, Alan", "Cedar, Kit", "Vale, Jo"]}
    )
    cells = cells.with_columns(dob=pl.lit("03/04/1980"))
    at = pl.Series([date(2026, 3, 1)] * 5, dtype=pl.Datetime("us"))
    assert identities(cells, SOURCE, at, at, synthetic=True)["nobody"].to_list() == [True, False, False, False, False]


def test_how_many_of_them_were_taken_for_initials_is_told() -> None:
    whole = people(["MR", "NK", "NK", "KW"], ["03/04/1980", "05/06/1981", None, "05/06/1982"])
    cells, who = whole.select("event", "name", "dob"), whole.select(pl.col("^who:.*$").name.map(lambda n: n[4:]))
    (told,) = initials_warnings(cells, who, {"name": "Who"})
    assert told.startswith("Who: 2 cells of initials ")


@pytest.mark.parametrize("header", ["Initials", "Client initials", "Pt Initials", "Patient's initials"])
@pytest.mark.parametrize("dots", [True, False])
def test_a_column_of_initials_is_drafted_as_the_name(header: str, dots: bool, tmp_path: Path) -> None:
    lines = [f"Event ref,Occurred,{header},DOB"]
    for n in range(40):
        sent = f"{'ABCDEFGHJK'[n % 10]}{'LMNPRSTW'[n % 8]}"
        sent = f"{sent[0]}.{sent[1]}." if dots else sent
        lines.append(f"E{1000 + n},{1 + n % 28:02d}/03/2026 10:00,{sent},0{1 + n % 9}/04/19{60 + n % 30}")
    _, said = draft_of("log", "Log 2026-03.csv", "\n".join(lines) + "\n", tmp_path)
    assert said["fields"]["name"]["columns"] == [header]


def test_initials_beside_a_surname_are_the_given_name(tmp_path: Path) -> None:
    lines = ["Event ref,Occurred,Surname,Initials,DOB"]
    lines += [f"E{n},{1 + n % 28:02d}/03/2026 10:00,Quill,{'ABCDEFGHJK'[n % 10]},01/04/1960" for n in range(40)]
    _, said = draft_of("log", "Log 2026-03.csv", "\n".join(lines) + "\n", tmp_path)
    assert said["fields"]["given"]["columns"] == ["Initials"] and "name" not in said["fields"]
