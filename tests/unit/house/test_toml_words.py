"""A wrong site.toml or mapping is told by its line, its key, and what belongs there."""

from __future__ import annotations

from pathlib import Path

import pytest

from hiu.errors import InputRefused, SettingsError, grouped
from hiu.settings import load
from hiu.sources import load_sources

HEAD = 'name = "Anywhere"\n\n[rank]\ntop = 12\n\n[[agreements]]\nsource = "ed"\nstart = 2026-01-01\n'
REST = 'reference = "X"\nsigned_by = "Y"\n'

SITES = {
    "a placeholder left in": (f"{HEAD}end = YYYY-MM-DD\n", "line 9: end must be a date such as 2027-03-31; found YYYY"),
    "a date as people write it": (f"{HEAD}end = 31/12/2027\n", "line 9: end must be a date such as 2027-03-31"),
    "a date in quotes": (
        f'{HEAD}end = "31/12/2027"\n{REST}',
        "line 9: 'agreements.0.end': must be a date such as 2027",
    ),
    "a day that is none": (f"{HEAD}end = 2027-02-30\n", "line 9: end must be a date"),
    "nothing after the sign": (f"{HEAD}end =\n", "line 9: end must be a date"),
    "a key of another table": (f"half_life = 2\n{HEAD}end = 2027-01-01\n{REST}", "half_life belongs under [rank]."),
    "a key of the top in a table": (f"{HEAD}end = 2027-01-01\n{REST}usual_shorter = 0.3\n", "belongs under no table"),
    "a key misspelt": ('name = "A"\n[rank]\nhalf_live = 2\n', "line 3: 'rank.half_live'"),
    "what is near it": ('name = "A"\n[rank]\nhalf_live = 2\n', "Did you mean 'half_life'?"),
    "a key that lacks": (f"{HEAD}end = 2027-01-01\nreference = 'X'\n", "line 6: 'agreements.0.signed_by' is missing"),
    "text for a number": (
        'name = "A"\n[rank.weights]\ns136 = "three"\n',
        "line 3: 'rank.weights.s136': must be a number",
    ),
    "yes for true": (
        'name = "A"\nsynthetic = yes\n',
        "line 2: synthetic must be text in quotes, a number, true or false",
    ),
    "text without quotes": ("name = Anywhere\n", "line 1: name must be text in quotes"),
    "a key twice": ('name = "A"\nname = "B"\n', "line 2: cannot overwrite a value"),
    "a table left open": ('name = "A"\n[rank\n', "line 2: expected ']'"),
}


@pytest.mark.parametrize("fault", SITES)
def test_a_fault_of_a_site(fault: str, tmp_path: Path) -> None:
    text, words = SITES[fault]
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refusal:
        load(path)
    assert words in str(refusal.value) and str(path) in str(refusal.value)


MAPPINGS = {
    "one format without a list": ('[fields.dob]\nformats = "%d"\n', "line 3: 'fields.dob.formats': must be a list"),
    "a key of another table": ('[file]\nresend = "period"\n', "resend belongs under [key]."),
    "a field that nothing reads": (
        '[fields.born]\ncolumns = ["Born"]\ntype = "dob"\n',
        "field 'born' of type dob is read by nothing: call it dob",
    ),
}


@pytest.mark.parametrize("fault", MAPPINGS)
def test_a_fault_of_a_mapping(fault: str, tmp_path: Path) -> None:
    text, words = MAPPINGS[fault]
    (tmp_path / "ed.toml").write_text(f'extends = "ed"\n{text}', encoding="utf-8")
    with pytest.raises(SettingsError) as refusal:
        load_sources(tmp_path)
    assert words in str(refusal.value)


def test_refusals_that_are_alike_are_told_once_with_the_files() -> None:
    alike = [InputRefused("no_agreement", "none is in force", file=f"{name}.csv") for name in "abc"]
    other = InputRefused("width", "two cells", file="d.csv", row=3)
    assert grouped([alike[0], other, *alike[1:]]) == [
        "3 files for the same reason (a.csv, b.csv, c.csv): none is in force",
        "d.csv, row 3: two cells",
    ]
