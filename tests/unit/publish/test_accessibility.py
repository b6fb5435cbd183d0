"""The accessibility statement goes through every criterion, and what it says of pages as they are written is so."""

from __future__ import annotations

import re

from assurance_kit import FACTS
from evidence import ROOT

from hiu.publish.assurance.content import documents

FOLDER = ROOT / "hiu" / "publish" / "templates"
PAGES = {path.name: path.read_text("utf-8") for path in FOLDER.iterdir() if path.suffix in (".j2", ".css", ".js")}
"""The report of training is none of the pages that the statement speaks of: it shows a picture."""
del PAGES["train.html.j2"]
CRITERIA = {
    "A": "1.1.1 1.2.1 1.2.2 1.2.3 1.3.1 1.3.2 1.3.3 1.4.1 1.4.2 2.1.1 2.1.2 2.1.4 2.2.1 2.2.2 2.3.1 2.4.1 2.4.2 2.4.3 "
    "2.4.4 2.5.1 2.5.2 2.5.3 2.5.4 3.1.1 3.2.1 3.2.2 3.2.6 3.3.1 3.3.2 3.3.7 4.1.2",
    "AA": "1.2.4 1.2.5 1.3.4 1.3.5 1.4.3 1.4.4 1.4.5 1.4.10 1.4.11 1.4.12 1.4.13 2.4.5 2.4.6 2.4.7 2.4.11 2.5.7 2.5.8 "
    "3.1.2 3.2.3 3.2.4 3.3.3 3.3.4 3.3.8 4.1.3",
}
"""WCAG 2.2; 4.1.1 is obsolete there."""


SHOWN = r"<(audio|video|img|object|embed|iframe|marquee|blink)\b|type=.?password|@keyframes|animat(e|ion)\b"


def found(what: str) -> list[tuple[str, str]]:
    wanted = re.compile(what, re.IGNORECASE)
    return [(name, one[0]) for name, text in PAGES.items() for one in wanted.finditer(text)]


def test_every_criterion_of_a_and_aa_is_there_once_with_its_result() -> None:
    (own,) = (one for one in documents(FACTS, {}, {}) if one.name == "11-accessibility")
    (section,) = (one for one in own.sections if one.heading.startswith("Each criterion"))
    given = [re.fullmatch(r"(\d\.\d\.\d+) .+ \((A+)\)", line.label) for line in section.lines[1:]]
    levels = sorted((one[1], one[2]) for one in given if one)
    assert levels == sorted((one, level) for level, each in CRITERIA.items() for one in each.split())
    assert len(levels) == len(given) == 55
    not_checked = [line for line in section.lines if line.kind == "open"]
    assert not_checked and all(line.text.startswith("Not checked") and not line.evidence for line in not_checked)


def test_pages_have_no_sound_film_motion_picture_gesture_or_password() -> None:
    assert found(SHOWN) == []
    assert found(r"<title>") != []


def test_no_style_asks_for_an_orientation_or_moves() -> None:
    assert found(r"\(orientation|\btransition:|\btransform: ?rotate") == []


def test_pages_act_on_clicks_and_keys_alone() -> None:
    heard = {one[1] for one in re.finditer(r"addEventListener\(\"(\w+)\"|()", "".join(PAGES.values())) if one[1]}
    assert {"click", "keydown"} <= heard
    assert [one for one in heard if re.match(r"mouse|pointer|touch|drag|drop|wheel|device", one)] == []
    assert found(r"draggable|\bon(mouse|pointer|touch|drag)\w*=") == []


def test_keys_of_one_letter_can_be_switched_off() -> None:
    assert 'id="keys"' in PAGES["pack.html.j2"]
    for name, keys in (("pack.js", "SHORTCUTS"), ("meet_rooms.js", "PAIR_KEYS")):
        uses = re.findall(rf".*\b{keys}\[event\.key\] && .*", PAGES[name])
        assert uses and all('find("keys").checked' in one for one in uses), name


def test_no_page_counts_time() -> None:
    assert found(r"setTimeout|setInterval|http-equiv=.refresh") == []


def test_messages_stand_in_places_marked_as_status() -> None:
    for name, ids in {
        "pack.html.j2": ("count", "said"),
        "meet.html.j2": ("kept", "matches-said", "returned-said", "ending-said"),
    }.items():
        for one in ids:
            assert re.search(rf'<p id="{one}"[^>]*role="status"', PAGES[name]), one
