"""What the papers' words mean, as read from definitions.toml: the pack's definitions, the board paper's, its rules."""

import tomllib
from importlib import resources
from typing import Any

from hiu.govern.release.disclosure import BASE, FEWEST
from hiu.model import DATASETS
from hiu.publish.words.datasets import title_of
from hiu.settings import Labels

_FILE = resources.files("hiu.publish.words") / "definitions.toml"
_FOUND: dict[str, dict[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
PACK: tuple[tuple[str, str], ...] = tuple((title_of(name), meaning) for name, meaning in _FOUND["pack"].items())
"""Term and meaning, in the order they are printed."""

BOARD: tuple[tuple[str, str, str], ...] = tuple((title_of(name), *about) for name, about in _FOUND["board"].items())
"""Figure, what it is, source of the rule."""


def labels(rules: Labels) -> dict[str, str]:
    """Label of change -> what it says, with the numbers of a site's settings."""
    return {label: meaning.format_map(rules.model_dump()) for label, meaning in _FOUND["labels"].items()}


LABELS: dict[str, str] = labels(Labels())
"""The same with the shipped settings' numbers."""

NUMBERS: dict[str, str] = {
    title_of(name) if name in DATASETS else name: f"D{n}" for name, n in _FOUND["numbers"].items()
}
"""Term -> the number by which its definition is cited."""

SETTINGS: dict[str, str] = _FOUND["settings"]
"""Dotted name of a setting, or of a table of them -> what it is."""

POLICIES: dict[str, tuple[str, str]] = {name: (about[0], about[1]) for name, about in _FOUND["policies"].items()}
"""A change of policy that charts mark: what it is, and its source."""

BOARD_RULES: tuple[str, ...] = tuple(rule.format(FEWEST=FEWEST, BASE=BASE) for rule in _FOUND["rules"]["board"])
