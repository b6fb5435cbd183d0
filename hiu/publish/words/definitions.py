"""What the papers' words mean, as read from definitions.toml: the pack's definitions, the board paper's, its rules."""

import tomllib
from importlib import resources
from typing import Any

from hiu.publish.words.datasets import title_of


def _read() -> dict[str, dict[str, Any]]:
    return tomllib.loads((resources.files("hiu.publish.words") / "definitions.toml").read_text(encoding="utf-8"))


_FOUND = _read()
PACK: tuple[tuple[str, str], ...] = tuple((title_of(name), meaning) for name, meaning in _FOUND["pack"].items())
"""Term and meaning, in the order they are printed."""

BOARD: tuple[tuple[str, str, str], ...] = tuple((title_of(name), *about) for name, about in _FOUND["board"].items())
"""Figure, what it is, source of the rule."""

BOARD_RULES: tuple[str, ...] = tuple(_FOUND["rules"]["board"])
