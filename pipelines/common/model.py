"""Where a site's matching models are, and which is in force."""

from hiu.link.model.adopted import advice, in_force
from hiu.link.model.scorer import Scorer
from pipelines.common.place import Place

FOLDER = "models"


def model_of(place: Place) -> Scorer:
    """The model in force. Raises SettingsError if its file is gone or was changed."""
    return in_force(place.home, place.settings.linking)


def model_advice(place: Place) -> str:
    """Which model matches here, how it was judged, and what to do next."""
    made = sorted((place.home / FOLDER).glob("model-*.json"), key=lambda path: (path.stat().st_mtime, path.name))
    return advice(place.home, place.settings.linking, made[-1] if made else None)
