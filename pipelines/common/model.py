"""Where a site's matching models are, and which is in force."""

from hiu.link.model.adopted import in_force
from hiu.link.model.scorer import Scorer
from pipelines.common.place import Place

FOLDER = "models"


def model_of(place: Place) -> Scorer:
    """The model in force. Raises SettingsError if its file is gone or was changed."""
    return in_force(place.home, place.settings.linking)
