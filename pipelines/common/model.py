"""The matching model a site uses: the shipped one, or one of its own that somebody adopted."""

import hashlib
from pathlib import Path

from hiu.errors import SettingsError
from hiu.link.model.scorer import Scorer, load
from pipelines.common.place import Place

FOLDER = "models"


def name_of(content: bytes) -> str:
    """The file name of a model: it holds the digest of the content, so that a changed file is noticed."""
    return f"model-{hashlib.sha256(content).hexdigest()[:12]}.json"


def path_of(place: Place) -> Path | None:
    """The adopted model's file, None for the shipped model. Raises SettingsError if it is gone or was changed."""
    if place.settings.linking.model is None:
        return None
    path = place.home / place.settings.linking.model
    if not path.is_file():
        raise SettingsError(f"{path}: the model that linking.model names is not there; 'hiu train' makes one")
    if name_of(path.read_bytes()) != path.name:
        raise SettingsError(f"{path}: changed since it was adopted; restore it, or 'hiu train' and adopt anew")
    return path


def model_of(place: Place) -> Scorer:
    """The model in force."""
    return load(path_of(place))
