"""Keys, rights and pseudonyms."""

import os
import re
from pathlib import Path

import pytest

from hiu.errors import SettingsError
from hiu.govern import keys, pseudonym, rights

posix = pytest.mark.skipif(os.name != "posix", reason="this system has no owner, group and others bits")


def test_a_made_key_loads_and_no_two_are_the_same(tmp_path: Path) -> None:
    one = keys.make_key(tmp_path / "mit ä" / "one.key", outside=[tmp_path / "data"])
    two = keys.make_key(tmp_path / "two.key", outside=[])
    loaded = keys.load_key(one, outside=[tmp_path / "data"])
    assert len(loaded) == 32
    assert loaded != keys.load_key(two, outside=[])


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = keys.make_key(tmp_path / "site.key", outside=[])
    before = path.read_bytes()
    with pytest.raises(SettingsError, match="never overwritten"):
        keys.make_key(path, outside=[])
    assert path.read_bytes() == before


def test_ensure_key_makes_it_once(tmp_path: Path) -> None:
    path = tmp_path / "site.key"
    assert keys.ensure_key(path, outside=[]) == keys.ensure_key(path, outside=[])


def test_a_key_inside_the_data_is_refused_even_through_dots_and_links(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "raw").mkdir(parents=True)
    for path in (data / "site.key", data / "raw" / "site.key", tmp_path / "x" / ".." / "data" / "k"):
        with pytest.raises(SettingsError, match="inside the data folder"):
            keys.make_key(path, outside=[data])
        assert not path.exists()
    if os.name == "posix":
        (tmp_path / "link").symlink_to(data)
        with pytest.raises(SettingsError, match="inside the data folder"):
            keys.load_key(tmp_path / "link" / "site.key", outside=[data])


def test_a_folder_that_only_begins_like_the_data_folder_is_outside(tmp_path: Path) -> None:
    path = keys.make_key(tmp_path / "data-keys" / "site.key", outside=[tmp_path / "data"])
    assert len(keys.load_key(path, outside=[tmp_path / "data"])) == 32


@pytest.mark.parametrize("text", ["", "abc", "zz" * 32, "ab" * 31, "ab" * 33])
def test_what_is_no_key_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "site.key"
    path.write_text(text, encoding="ascii")
    path.chmod(0o400)
    with pytest.raises(SettingsError, match="not a key") as caught:
        keys.load_key(path, outside=[])
    assert not text or text not in str(caught.value)


def test_a_missing_or_unset_key_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no key there"):
        keys.load_key(tmp_path / "none.key", outside=[])
    with pytest.raises(SettingsError, match="hiu init"):
        keys.load_key(None, outside=[])


@posix
def test_a_made_key_is_for_its_owner_and_one_open_to_others_is_refused_with_the_fix(tmp_path: Path) -> None:
    path = keys.make_key(tmp_path / "site.key", outside=[])
    assert path.stat().st_mode & 0o777 == 0o400
    for mode in (0o440, 0o404, 0o420):
        path.chmod(mode)
        with pytest.raises(SettingsError, match=re.escape(f"chmod 400 '{path}'")):
            keys.load_key(path, outside=[])
    path.chmod(0o600)
    assert keys.load_key(path, outside=[])


@posix
def test_private_folders_are_closed_and_open_ones_are_named_with_the_fix(tmp_path: Path) -> None:
    folder = rights.make_private(tmp_path / "a" / "b c")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.parent.stat().st_mode & 0o777 == 0o700
    assert rights.check_private(folder, tmp_path / "absent") == []
    folder.chmod(0o750)
    assert [f"chmod 700 '{folder}'" in line for line in rights.check_private(folder)] == [True]
    assert rights.make_private(folder).stat().st_mode & 0o777 == 0o700


def test_without_such_bits_nothing_is_claimed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rights, "has_bits", lambda: False)
    tmp_path.chmod(0o777)
    assert rights.check_private(tmp_path) == []
    tmp_path.chmod(0o700)


def test_derived_keys_differ_by_purpose_and_by_key() -> None:
    made = {keys.derive(key, purpose) for key in (bytes(32), b"\1" * 32) for purpose in ("person", "audit", "audit2")}
    assert len(made) == 6
    assert keys.derive(bytes(32), "audit") == keys.derive(bytes(32), "audit")


def test_pseudonyms_differ_by_recipient_and_hold_no_part_of_the_id() -> None:
    one, two = (pseudonym.recipient_key(bytes(32), name) for name in ("ICB", "University"))
    token = pseudonym.pseudonym("HIU-ABCDEFGH", one)
    assert re.fullmatch(r"P[A-Z2-7]{4}-[A-Z2-7]{16}", token)
    assert token == pseudonym.pseudonym("HIU-ABCDEFGH", one)
    assert token.split("-")[1] != pseudonym.pseudonym("HIU-ABCDEFGH", two).split("-")[1]
    assert token != pseudonym.pseudonym("HIU-ABCDEFGI", one)
    assert pseudonym.key_id(one) != pseudonym.key_id(two)
