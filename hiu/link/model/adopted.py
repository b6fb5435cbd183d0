"""The matching model a site uses: the shipped one, or one of its own that somebody adopted."""

import hashlib
import json
from pathlib import Path

from hiu.disk import read_small
from hiu.errors import SettingsError
from hiu.link.model.scorer import HELD_BACK, Scorer, load
from hiu.settings import Linking

TRAIN = (
    "'hiu train' fits one to this area's NHS numbers and reports what it would change; "
    "nothing changes until somebody adopts it."
)


def name_of(content: bytes) -> str:
    """The file name of a model: it holds the digest of the content, so that a changed file is noticed."""
    return f"model-{hashlib.sha256(content).hexdigest()[:12]}.json"


def path_of(home: Path, linking: Linking) -> Path | None:
    """The adopted model's file, None for the shipped model. Raises SettingsError if it is gone, was changed or is no
    plain file of a sane size.

    home: the site's folder, which `linking.model` is relative to.
    """
    if linking.model is None:
        return None
    path = home / linking.model
    try:
        content = read_small(path)
    except OSError:
        raise SettingsError(f"{path}: the model that linking.model names is not there; 'hiu train' makes one") from None
    if name_of(content) != path.name:
        raise SettingsError(f"{path}: changed since it was adopted; restore it, or 'hiu train' and adopt anew")
    return path


def in_force(home: Path, linking: Linking) -> Scorer:
    """The model that matches here. Raises SettingsError as `path_of` does."""
    return load(path_of(home, linking))


def judged(path: Path) -> str:
    """How a model of `hiu train` did on people that it was not fitted to; empty if its file does not say."""
    values = json.loads(path.read_text(encoding="utf-8"))
    if HELD_BACK not in values:
        return ""
    found = values[HELD_BACK]
    if found is None:
        return (
            "NHS numbers were too few: it was learned from how descriptions agree, and nothing has shown how well "
            "it does."
        )
    own, before = found["candidate"], found["in force"]
    return (
        f"Judged on people it was not fitted to, it missed {own['missed']:,} pairs of one person, where the model "
        f"before it missed {before['missed']:,}, and joined {own['wrong']:,} pairs of two people, where that one "
        f"joined {before['wrong']:,}."
    )


def advice(home: Path, linking: Linking, trained: Path | None) -> str:
    """Which model matches here, how it was judged, and what to do next. trained: the newest model of `hiu train`."""
    path, version = path_of(home, linking), in_force(home, linking).version
    if path is not None:
        return f"Matching uses this area's own model ({version}). {judged(path)}".strip()
    shipped = f"Matching uses the shipped model ({version}), which was fitted to invented people only."
    if trained is None:
        return f"{shipped} {TRAIN}"
    return f"{shipped} {trained.name} is this area's own and waits to be adopted. {judged(trained)}".strip()
