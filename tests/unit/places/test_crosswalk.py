"""A crosswalk is read whole or refused by file, row, column, found and expected; the shipped ones are as documented."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from hiu.errors import SettingsError
from hiu.places import crosswalk, shipped_crosswalks
from hiu.places.crosswalk import key_of
from hiu.places.demand import populations
from hiu.places.keys import keys_of

HEAD = "kind,key,borough,command_unit,trust,valid_from,valid_to\n"


def folder(tmp_path: Path, text: str | bytes, name: str = "ours.csv") -> Path:
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return tmp_path


def test_london_is_twelve_units_nine_trusts_and_five_partnerships() -> None:
    rows = crosswalk(["london"]).rows
    boroughs = rows.filter(pl.col("key") == pl.col("borough_key"))
    assert boroughs.height == 33
    assert boroughs["command_unit"].drop_nulls().n_unique() == 12
    assert boroughs.filter(pl.col("command_unit").is_null())["borough"].to_list() == ["City of London"]
    assert boroughs["trust"].n_unique() == 9
    assert boroughs["partnership"].n_unique() == 5
    assert rows["valid_from"].null_count() == 0


@pytest.mark.parametrize(
    ("unit", "boroughs"),
    {
        "Central East": "Hackney, Tower Hamlets",
        "Central West": "Hammersmith and Fulham, Kensington and Chelsea, Westminster",
        "South": "Bromley, Croydon, Sutton",
        "South West": "Kingston upon Thames, Merton, Richmond upon Thames, Wandsworth",
    }.items(),
)
def test_a_unit_of_london_has_its_boroughs(unit: str, boroughs: str) -> None:
    own = crosswalk(["london"]).rows.filter(pl.col("command_unit") == unit)["borough"].drop_nulls().unique().sort()
    assert ", ".join(own) == boroughs


def test_avon_and_somerset_is_five_areas_and_three_boards() -> None:
    rows = crosswalk(["avon_and_somerset"]).rows
    boards = dict(rows.select("borough", "icb").unique().rows())
    assert boards == {
        "Bath and North East Somerset": "BSW",
        "Bristol": "BNSSG",
        "North Somerset": "BNSSG",
        "South Gloucestershire": "BNSSG",
        "Somerset": "Somerset",
    }
    assert {"banes", "bristol", "northsomerset", "somerset", "southgloucestershire"} <= set(rows["key"])


def test_a_site_without_a_crosswalk_has_none(tmp_path: Path) -> None:
    assert not crosswalk(())
    assert not crosswalk((), tmp_path / "places")


def test_a_sites_own_row_replaces_the_shipped_rows_of_its_key_and_adds_others(tmp_path: Path) -> None:
    own = "kind,key,borough,trust\narea,Barnet,Barnet,North London\nsector,EN5 1,Barnet,\n"
    rows = crosswalk(["london"], folder(tmp_path, own)).rows
    assert rows.filter(pl.col("key") == "barnet")["trust"].to_list() == ["North London"]
    assert rows.filter(pl.col("kind") == "sector")["key"].to_list() == ["EN5 1"]
    assert "enfield" in set(rows["key"])


def test_names_are_compared_without_case_marks_and_signs() -> None:
    assert keys_of("incident", "HAMMERSMITH  & Fulham")[0] == ("area", "hammersmithandfulham")
    assert keys_of("provider", "RA7-01") == [("site", "ra701"), ("area", "ra701")]
    assert keys_of("home", "BS3 1AA") == [("postcode", "BS3 1AA"), ("sector", "BS3 1"), ("district", "BS3")]
    assert keys_of("home", "BS3") == [("district", "BS3")]
    assert keys_of("incident", "E05000138")[0] == ("ward", "E05000138")


@pytest.mark.parametrize(
    ("kind", "text", "key"),
    [
        ("postcode", "bs14nd", "BS1 4ND"),
        ("postcode", "BS1", None),
        ("postcode", "BS1 4N0", None),
        ("postcode", "ZZ99 3VZ", None),
        ("sector", "BS1 4", "BS1 4"),
        ("sector", "BS14", None),
        ("sector", "QQ1 4", None),
        ("district", "ec1a", "EC1A"),
        ("district", "BS1 4", None),
        ("lsoa", "e01000001", "E01000001"),
        ("lsoa", "E05000001", None),
        ("ward", "E0500013", None),
    ],
)
def test_a_key_has_the_form_of_its_kind(kind: str, text: str, key: str | None) -> None:
    assert key_of(kind, text) == key


BAD = {
    "kind,key,borouh\narea,Barnet,Barnet\n": ["row 1", "found the header 'borouh'", "Did you mean 'borough'?"],
    "kind,borough\narea,Barnet\n": ["row 1", "found no header 'key'"],
    "kind,key,key,borough\narea,a,b,c\n": ["row 1", "'key' twice"],
    HEAD + "town,Barnet,Barnet,,,,\n": ["row 2", "column 'kind'", "found 'town'", "expected one of postcode"],
    HEAD + "\nsector,BS14,Bristol,,,,\n": ["row 3", "column 'key'", "found 'BS14'", "expected a postcode sector"],
    HEAD + "area,Barnet,,,,,\n": ["row 2", "column 'borough'", "found nothing", "expected a name"],
    HEAD + "area,Barnet,Barnet,,,01/04/2024,\n": ["row 2", "column 'valid_from'", "found '01/04/2024'", "2026-04-01"],
    HEAD + "area,Barnet,Barnet,,,2024-04-02,2024-04-01\n": ["row 2", "column 'valid_to'", "not before valid_from"],
    HEAD + "area,Barnet,Barnet\n": ["row 2", "found 3 cells", "expected 7"],
    "kind,key,borough,population\nsector,BS1 4,Bristol,900\n": ["row 2", "'population'", "whose key is the borough"],
    'kind,key,borough,population\narea,Bristol,Bristol,"1,000"\n': ["row 2", "found '1,000'", "without commas"],
    HEAD + "area,Barnet,Barnet|Enfield,,,,\n": ["row 2", "column 'borough'", "a name without |"],
    HEAD + "area,A,Barnet,,,,\narea,B,BARNET,,,,\n": ["row 3", "found 'BARNET'", "expected 'Barnet'", "row 2 has it"],
    HEAD + "area,Barnet,Barnet,North,,,\nsector,EN5 1,Barnett,,,,\n": ["row 3", "'Barnett'", "Did you mean 'Barnet'?"],
    HEAD + 'area,"Barnet,Barnet,,,,\n': ["not readable as CSV"],
    "": ["found nothing", "a row of headers"],
}


@pytest.mark.parametrize("text", BAD)
def test_a_bad_row_is_named_with_what_was_found_and_expected(text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        crosswalk((), folder(tmp_path, text))
    assert [part for part in ("ours.csv", *BAD[text]) if part not in str(raised.value)] == []


def test_every_bad_row_of_a_file_is_named(tmp_path: Path) -> None:
    text = HEAD + "town,Barnet,Barnet,,,,\narea,,Barnet,,,,\n"
    with pytest.raises(SettingsError, match=r"row 2, column 'kind'(.|\n)*row 3, column 'key': found nothing"):
        crosswalk((), folder(tmp_path, text))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("2021-01-01", "2024-10-31"), ("2024-10-31", "")),
        (("", ""), ("2024-11-01", "")),
        (("2021-01-01", ""), ("2020-01-01", "2021-01-01")),
        (("", "2024-10-31"), ("", "2024-10-31")),
    ],
)
def test_days_on_which_two_rows_of_a_key_hold_are_refused(
    first: tuple[str, str], second: tuple[str, str], tmp_path: Path
) -> None:
    rows = [f"area,Barnet,Barnet,,BEH,{','.join(first)}", f"area,BARNET,Barnet,,NLFT,{','.join(second)}"]
    with pytest.raises(SettingsError, match=r"ours.csv, row \d, column 'valid_from'.*ours.csv, row \d has for"):
        crosswalk((), folder(tmp_path, HEAD + "\n".join(rows)))


def test_the_day_after_the_last_is_no_overlap_and_other_keys_are_none(tmp_path: Path) -> None:
    rows = ["area,Barnet,Barnet,,BEH,2021-01-01,2024-10-31", "area,Barnet,Barnet,,NLFT,2024-11-01,"]
    assert crosswalk((), folder(tmp_path, HEAD + "\n".join([*rows, "site,Barnet,Barnet,,,,"]))).rows.height == 3


def test_two_files_that_overlap_are_both_named(tmp_path: Path) -> None:
    folder(tmp_path, HEAD + "area,Barnet,Barnet,,,,\n", "a.csv")
    with pytest.raises(SettingsError, match=r"b.csv, row 2.*a.csv, row 2"):
        crosswalk((), folder(tmp_path, HEAD + "area,Barnet,Barnet,,,,\n", "b.csv"))


def test_a_crosswalk_that_is_not_shipped_is_named_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"'lodnon' is shipped.*Did you mean 'london'"):
        crosswalk(["lodnon"])
    assert sorted(shipped_crosswalks()) == ["avon_and_somerset", "london"]


def test_files_of_excel_are_read_with_their_mark_and_letters(tmp_path: Path) -> None:
    text = "kind,key,borough\r\narea,Ynys Môn,Ynys Môn\r\n"
    for content in (b"\xef\xbb\xbf" + text.encode(), text.encode("cp1252")):
        assert crosswalk((), folder(tmp_path, content)).rows["borough"].to_list() == ["Ynys Môn"]


def test_the_population_of_a_unit_is_that_of_its_boroughs_or_none(tmp_path: Path) -> None:
    text = (
        "kind,key,borough,command_unit,population\narea,A,A,One,1000\narea,B,B,One,500\narea,C,C,Two,\narea,D,D,Two,9\n"
    )
    found = populations(crosswalk((), folder(tmp_path, text)).rows, date(2026, 3, 31))
    assert found == {"borough": {"A": 1000, "B": 500, "D": 9}, "command_unit": {"One": 1500}}


def test_the_example_of_the_docs_is_read_as_it_stands(tmp_path: Path) -> None:
    guide = (Path(__file__).resolve().parents[3] / "docs" / "places.md").read_text(encoding="utf-8")
    example = guide.split("```csv\n")[1].split("```")[0]
    rows = crosswalk((), folder(tmp_path, example)).rows
    assert rows.select("kind", "borough").rows() == [
        (kind, "Hackney") for kind in ("area", "sector", "postcode", "ward", "site")
    ]
    assert all(f"`{name}`" in guide for name in shipped_crosswalks())
