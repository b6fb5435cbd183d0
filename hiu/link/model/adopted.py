"""The matching model a site uses: the shipped one, or one of its own that somebody adopted."""

import hashlib
from pathlib import Path

from hiu.errors import SettingsError
from hiu.link.model.scorer import Scorer, load
from hiu.settings import Linking


def name_of(content: bytes) -> str:
    """The file name of a model: it holds the digest of the content, so that a changed file is noticed."""
    return f"model-{hashlib.sha256(content).hexdigest()[:12]}.json"


def path_of(home: Path, linking: Linking) -> Path | None:
    """The adopted model's file, None for the shipped model. Raises SettingsError if it is gone or was changed.

    home: the site's folder, which `linking.model` is relative to.
    """
    if linking.model is None:
        return None
    path = home / linking.model
    if not path.is_file():
        raise SettingsError(f"{path}: the model that linking.model names is not there; 'hiu train' makes one")
    if name_of(path.read_bytes()) != path.name:
        raise SettingsError(f"{path}: changed since it was adopted; restore it, or 'hiu train' and adopt anew")
    return path


def in_force(home: Path, linking: Linking) -> Scorer:
    """The model that matches here. Raises SettingsError as `path_of` does."""
    return load(path_of(home, linking))
