"""The shipped sources and the sample site's: they load, and mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from hiu.errors import SettingsError
from hiu.extract.values.forms import pattern
from hiu.settings import load
from hiu.sources import Source, load_sources

SAMPLE = Path(__file__).parents[2] / "sites" / "sample"
NAMES = ["ambulance", "caseload", "ed", "mh_beds", "mha", "police", "s136"]


@pytest.mark.parametrize("folder", [None, SAMPLE / "sources"])
def test_every_source_loads_and_its_formats_can_be_read(folder: Path | None) -> None:
    sources = load_sources(folder)
    assert sorted(sources) == NAMES
    for source in sources.values():
        for form in [form for spec in source.fields.values() for form in spec.formats]:
            assert pattern(form).startswith("^")


def test_the_five_data_sets_s136_and_mha_are_counted() -> None:
    counted = {dataset for source in load_sources().values() for dataset in source.counts}
    assert counted == {
        "police_incident",
        "ambulance_deployment",
        "ed_attendance",
        "mh_bed_day",
        "s136",
        "mha_assessment",
    }


def test_witnesses_are_never_counted() -> None:
    police = load_sources()["police"]
    assert "police_witness" in {measure.name for measure in police.measures}
    assert all("police_witness" not in count.measures for count in (*police.counts.values(), *police.extra.values()))


def test_one_header_is_never_claimed_by_two_fields() -> None:
    for source in load_sources().values():
        claimed = [
            header.casefold() for spec in source.fields.values() for header in {*map(str.casefold, spec.columns)}
        ]
        claimed += [header.casefold() for spec in source.fields.values() for header in spec.time_columns]
        assert sorted(claimed) == sorted(set(claimed)), source.name


def test_a_field_that_is_not_there_is_told_with_the_nearest() -> None:
    values = load_sources()["s136"].model_dump() | {"keep": ["plaice"]}
    with pytest.raises(ValueError, match=r"'plaice' is not one of the fields.*'place'"):
        Source.model_validate(values)


def test_a_scheme_and_a_home_may_only_name_fields() -> None:
    values = load_sources()["ed"].model_dump()
    values["fields"]["hospital_id"]["scheme"] = "ed:{povider}"
    with pytest.raises(ValueError, match="povider"):
        Source.model_validate(values)


def test_a_site_changes_only_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "police.toml").write_text('extends = "police"\n[fields.start]\nformats = ["%Y"]\n', encoding="utf-8")
    changed, shipped = load_sources(tmp_path)["police"], load_sources()["police"]
    assert changed.fields["start"].formats == ("%Y",)
    assert changed.fields["start"].columns == shipped.fields["start"].columns
    assert changed.measures == shipped.measures and changed.digest != shipped.digest


def test_a_mistyped_key_is_told(tmp_path: Path) -> None:
    (tmp_path / "police.toml").write_text('extends = "police"\n[file]\npatern = "x"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="pattern"):
        load_sources(tmp_path)


def test_the_sample_site_is_synthetic_and_agrees_to_every_source() -> None:
    site = load(SAMPLE / "site.toml")
    assert site.synthetic and sorted(agreement.source for agreement in site.agreements) == NAMES


@pytest.mark.parametrize("other", ["a_force", "zz_force"])
def test_a_source_under_another_name_extends_what_was_shipped_wherever_its_file_stands(
    tmp_path: Path, other: str
) -> None:
    (tmp_path / "police.toml").write_text("enabled = false\n", encoding="utf-8")
    (tmp_path / f"{other}.toml").write_text('extends = "police"\n', encoding="utf-8")
    found = load_sources(tmp_path)
    assert "police" not in found
    assert found[other].fields == load_sources()["police"].fields
