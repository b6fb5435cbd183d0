"""What the papers' words mean, as read from definitions.toml: the pack's definitions, the board paper's, its rules."""

import tomllib
from importlib import resources
from typing import Any

from hiu.govern.release.disclosure import BASE, FEWEST
from hiu.publish.words.datasets import title_of

_FILE = resources.files("hiu.publish.words") / "definitions.toml"
_FOUND: dict[str, dict[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
PACK: tuple[tuple[str, str], ...] = tuple((title_of(name), meaning) for name, meaning in _FOUND["pack"].items())
"""Term and meaning, in the order they are printed."""

BOARD: tuple[tuple[str, str, str], ...] = tuple((title_of(name), *about) for name, about in _FOUND["board"].items())
"""Figure, what it is, source of the rule."""

BOARD_RULES: tuple[str, ...] = tuple(rule.format(FEWEST=FEWEST, BASE=BASE) for rule in _FOUND["rules"]["board"])
