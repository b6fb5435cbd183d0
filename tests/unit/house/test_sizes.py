"""The house stays one that a newcomer can look over: short modules, small rooms, and a formatter that is obeyed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import hiu

ROOT = Path(hiu.__file__).parents[1]
MODULES = [path for room in ("hiu", "pipelines") for path in sorted((ROOT / room).rglob("*.py"))]
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in MODULES}


def test_no_module_is_over_three_hundred_lines() -> None:
    assert len(TEXTS) > 400
    assert {name: lines for name, text in TEXTS.items() if (lines := text.count("\n")) > 300} == {}


def test_no_room_has_more_than_twelve_modules() -> None:
    rooms = Counter(path.parent.relative_to(ROOT).as_posix() for path in MODULES)
    assert {room: modules for room, modules in rooms.items() if modules > 12} == {}


def test_the_formatter_is_set_aside_in_few_places() -> None:
    assert sum(text.count("# fmt: skip") + text.count("# fmt: off") for text in TEXTS.values()) <= 40
