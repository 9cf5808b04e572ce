"""What the templates of every page know."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from articles.forms import ReadingForm
from articles.preferences import Preferences


def reading(request: HttpRequest) -> dict[str, Any]:
    """Return how the reader wants pages shown, and the form to say otherwise."""
    preferences = Preferences.of(request)
    return {
        "preferences": preferences,
        "reading_form": SimpleLazyObject(lambda: ReadingForm.showing(preferences)),
    }
