"""Files of an exchange, replayed, swapped, cut, renamed or edited by whoever carries them or by a partner."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from areakit import NOW
from cross_sites import LETTERS, NORTH, SOUTH, Two, two_sites
from hostile_kit import Site

from hiu.govern import records
from hiu.model.govern import CROSSINGS, DISCLOSURES
from pipelines.common.place import open_place
from pipelines.network import exchange, partners, store

BY = ("--by", "Analyst")
HEADS: list[tuple[str, object]] = [
    ("session", "X20260101-ABCDEF012345"),
    ("session", "../../X"),
    *(("step", step) for step in ("answer", "release", "withdrawal")),
    *(("from", name) for name in (SOUTH, "north area", "North area ")),
    ("to", NORTH),
    ("version", "0"),
    ("format", 99),
    ("format", True),
]


def _state(two: Two) -> list[object]:
    places = [site.place for site in (two.north, two.south)]
    kept = [[(path.name, path.read_bytes()) for path in sorted(store.folder(one).glob("*.json"))] for one in places]
    rows = [records.history(one.records, table).height for one in places for table in (CROSSINGS, DISCLOSURES)]
    return [kept, rows]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Two:
    return two_sites(tmp_path_factory.mktemp("carried"))


def test_no_file_is_taken_twice_by_its_writer_or_in_another_exchange(known: Two, tmp_path: Path) -> None:
    two = known.copy(tmp_path / "ended")
    session = two.exchange()
    other = known.copy(tmp_path / "other")
    other.hiu(NORTH, SOUTH, "--ask", *BY)
    for turn, step in enumerate(LETTERS):
        path = two.written((NORTH, SOUTH)[turn % 2], step)
        assert session in path.name
        doors = [(two, two.north), (two, two.south), (other, (other.south, other.north)[turn % 2])]
        for of, site in doors[: 3 if step != "ask" else 2]:
            before = _state(of)
            assert site.hiu("cross", "--take", path, *BY).code in (2, 4), step
            assert _state(of) == before, step


def test_no_file_that_was_changed_on_the_way_is_taken(known: Two, tmp_path: Path) -> None:
    two = known.copy(tmp_path / "asked")
    two.hiu(NORTH, SOUTH, "--ask", *BY)
    content = two.written(NORTH, "ask").read_bytes()
    first = content.index(b"\n", 10) + 1
    head, body = content[10:first], content[first:]
    cuts = (0, 5, 10, first - 2, first, first + 63, first + 64, first + 90, len(content) // 2, len(content) - 1)
    made = {f"cut at {at}": content[:at] for at in cuts} | {"a byte more": content + b"x"}
    for at in (12, first + 3, first + 70, len(content) - 3):
        made[f"a bit turned at {at}"] = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    for name, value in HEADS:
        line = json.dumps({**json.loads(head), name: value}, separators=(",", ":")).encode() + b"\n"
        made[f"{name} = {value}"] = content[:10] + line + body
    made["a name twice"] = content[:10] + head.rstrip(b"\n}") + b',"step":"ask"}\n' + body
    before, path = _state(two), tmp_path / "ask.hiucross"
    for what, changed in made.items():
        path.write_bytes(changed)
        said = two.south.hiu("cross", "--take", path, *BY)
        assert said.code in (2, 4) and "Traceback" not in said.err and _state(two) == before, what


def test_a_partner_under_a_new_name_waits_as_long(known: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the same key, an agreement under its new name, and a program that asks as often as it likes."""
    two = known.copy(tmp_path)
    two.exchange("ask")
    two.written(NORTH, "ask").unlink()
    for site, old, new in (
        (two.north, NORTH, "North district"),
        (two.south, f"cross:{NORTH}:", "cross:North district:"),
    ):
        path = site.place.home / "site.toml"
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8", newline="\n")
    north, south = (Site(open_place(site.place.home)) for site in (two.north, two.south))
    card = tmp_path / "card.json"
    read_out = north.hiu("cross", "--card", card).out.split("telephone: ")[1].strip()
    said = south.hiu("cross", "--trust", card, "--fingerprint", read_out, "--by", "Officer")
    assert said.code == 2 and f"as that of '{NORTH}'" in said.err, "one key has one name"
    key = partners.read_card(card).public
    about = {"kind": "site", "partner": "North district", "stage": "trusted", "public_key": key, "by": "Officer"}
    partners.enter(south.place, "P:North district", NOW, **about)  # as an earlier version took it in
    with monkeypatch.context() as patch:
        patch.setattr(exchange, "_not_too_soon", lambda *_: None)
        assert north.hiu("cross", SOUTH, "--ask", *BY).code == 0
    renamed = Two(north, south, two.people)
    said = south.hiu("cross", "--take", renamed.written(NORTH, "ask"), *BY)
    assert said.code == 1 and "20 days after it" in said.err
