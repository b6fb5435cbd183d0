"""A new site: complete, closed, loadable, and its settings all explained."""

import os
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel

from hiu.errors import InputRefused, UsageError
from hiu.govern.basis.agreements import require_agreement
from hiu.govern.init import init_site, site_toml
from hiu.govern.keys import load_key
from hiu.govern.rights import check_private
from hiu.settings import Settings, load

TODAY = date(2026, 3, 31)
SOURCES = ("ed", "police")


def make(folder: Path, **over: object) -> list[Path]:
    return init_site(folder, **{"name": "Area", "synthetic": True, "today": TODAY, "sources": SOURCES, **over})  # type: ignore[arg-type]


def test_a_synthetic_site_loads_and_grants_its_own_agreements(tmp_path: Path) -> None:
    made = make(tmp_path / "my site ü")
    assert all(path.exists() for path in made)
    settings = load(tmp_path / "my site ü" / "site.toml")
    assert (settings.name, settings.synthetic) == ("Area", True)
    assert settings.raw.is_dir()
    assert settings.curated.is_dir()
    assert load_key(settings.key_file, outside=[settings.raw, settings.curated])
    for source in SOURCES:
        assert "synthetic" in require_agreement(settings, source, TODAY).reference


def test_a_live_site_takes_nothing_until_its_agreements_are_filled_in(tmp_path: Path) -> None:
    make(tmp_path, synthetic=False)
    text = (tmp_path / "site.toml").read_text(encoding="utf-8")
    for source in SOURCES:
        with pytest.raises(InputRefused):
            require_agreement(load(tmp_path / "site.toml"), source, TODAY)
        assert f'# source = "{source}"' in text
    agreements = text[text.rindex("# ----") :].split("\n", 1)[1]
    filled = re.sub("(?m)^# ", "", agreements).replace("YYYY-MM-DD", "2027-03-31")
    (tmp_path / "site.toml").write_text(text.replace(agreements, filled), encoding="utf-8")
    with pytest.raises(InputRefused, match="not filled in"):
        require_agreement(load(tmp_path / "site.toml"), SOURCES[0], TODAY)
    filled = filled.replace("who signed it", "J. Patel").replace("reference of the signed agreement", "ISA 2026/4")
    (tmp_path / "site.toml").write_text(text.replace(agreements, filled), encoding="utf-8")
    settings = load(tmp_path / "site.toml")
    assert [require_agreement(settings, source, TODAY).start for source in SOURCES] == [TODAY, TODAY]


def test_a_site_is_never_overwritten(tmp_path: Path) -> None:
    make(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match="nothing was changed"):
        make(tmp_path, name="Other")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_an_existing_key_is_kept(tmp_path: Path) -> None:
    make(tmp_path)
    key = (tmp_path / "keys" / "site.key").read_bytes()
    (tmp_path / "site.toml").unlink()
    make(tmp_path)
    assert (tmp_path / "keys" / "site.key").read_bytes() == key


def test_the_key_may_lie_elsewhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "safe" / "a.key"
    make(tmp_path / "site", key_file=elsewhere)
    assert load(tmp_path / "site" / "site.toml").key_file == elsewhere
    assert elsewhere.exists()
    assert not (tmp_path / "site" / "keys" / "site.key").exists()


@pytest.mark.skipif(os.name != "posix", reason="this system has no owner, group and others bits")
def test_every_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    folders = [path for path in make(tmp_path / "s") if path.is_dir()]
    assert len(folders) == 6
    assert check_private(*folders, tmp_path / "s" / "data") == []


@pytest.mark.parametrize("name", ['Bath & "NES"', "Sømerset\\north", "a\nb", "tab\t\x7f"])
def test_any_name_survives(name: str) -> None:
    text = site_toml(name=name, synthetic=False, today=TODAY, sources=SOURCES)
    assert tomllib.loads(text)["name"] == name


def settings_of(model: type[BaseModel], prefix: str = "") -> dict[str, object]:
    """Every setting with its default, by dotted name."""
    out: dict[str, object] = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):  # a table of its own
            out |= settings_of(kind, f"{prefix}{name}.")
        else:
            out[prefix + name] = field.get_default(call_default_factory=True)
    return out


def test_every_setting_is_in_the_template_at_its_default() -> None:
    text = site_toml(name="A", synthetic=False, today=TODAY, sources=())
    shown = tomllib.loads(re.sub(r'(?m)^# (?=\[[a-z_.]+\]$|(?:[a-z_0-9]+|"[^"]+") = )', "", text))
    settings = Settings.model_validate(shown)
    assert settings.model_dump(exclude={"name", "key_file"}) == Settings(name="A").model_dump(
        exclude={"name", "key_file"}
    )
    for dotted, default in settings_of(Settings).items():
        if default is None or dotted in ("agreements", "basis"):
            assert f"\n#   {dotted.split('.')[-1]} = " in text or dotted in ("key_file", "agreements", "basis")
            continue
        place: object = shown
        for part in dotted.split("."):
            assert isinstance(place, dict)
            assert part in place, f"{dotted} is not in site_template.toml"
            place = place[part]


def test_a_file_of_that_name_is_said(tmp_path: Path) -> None:
    path = tmp_path / "site"
    path.write_text("notes", encoding="utf-8")
    with pytest.raises(UsageError, match="found a file; expected a folder"):
        init_site(path, name="A", synthetic=True, today=date(2026, 3, 1), sources=[])
    assert path.read_text(encoding="utf-8") == "notes"
