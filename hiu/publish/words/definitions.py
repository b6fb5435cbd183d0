"""What the papers' words mean, as read from definitions.toml: the pack's definitions, the board paper's, its rules."""

import tomllib
from importlib import resources
from typing import Any

from hiu.govern.release.disclosure import BASE, FEWEST
from hiu.model import DATASETS
from hiu.publish.words.datasets import title_of
from hiu.publish.words.text import join_words
from hiu.settings import Counting, Labels

_FILE = resources.files("hiu.publish.words") / "definitions.toml"
_FOUND: dict[str, dict[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))


def parts(counting: Counting) -> str:
    """What a person is in the police incidents that count, after "the person is": "involved", or what a site chose."""
    own, shipped = counting.datasets.get("police_incident", ()), _FOUND["parts"]
    chosen = " or ".join(shipped.get(one, f"counted as '{one}'") for one in own)
    return "involved" if not own or set(own) == shipped.keys() else chosen


def police_rule(counting: Counting, *, parts_read: bool = True) -> str:
    """The sentence for papers on data protection: whether the part that a person had decides what counts; `parts_read`
    = whether what was sent says it."""
    if not parts_read:
        return "What the police sent does not say a person's part: witnesses count, unless the force leaves them out."
    if (own := parts(counting)) != "involved":
        return f"By this site's own choice an incident counts only where the person is {own}."
    return "An incident counts the same whatever the part, but witnesses are left out."


def _of_site(name: str, text: str, counting: Counting) -> str:
    own = counting.datasets.get(name, ())
    if own and name != "police_incident":
        words = (_FOUND["measures"].get(one, one.replace("_", " ")) for one in own)
        return f"by this site's own choice: {join_words(words)}"
    return text.format(parts=parts(counting), s136_hours=counting.s136_hours)


def pack(counting: Counting) -> tuple[tuple[str, str], ...]:
    """Term and meaning in the order they are printed, of a site that counts so."""
    found = ((name, _of_site(name, meaning, counting)) for name, meaning in _FOUND["pack"].items())
    return tuple((title_of(name), f"{meaning.rstrip('.')}.") for name, meaning in found)


def board(counting: Counting) -> tuple[tuple[str, str, str], ...]:
    """Figure, what it is and the source of the rule, of a site that counts so."""
    found = ((name, _of_site(name, what, counting), source) for name, (what, source) in _FOUND["board"].items())
    return tuple((title_of(name), f"{what[:1].upper()}{what[1:]}", source) for name, what, source in found)


PACK, BOARD = pack(Counting()), board(Counting())
"""Both as shipped."""


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
