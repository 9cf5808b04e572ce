"""Who has an article open, told to whoever opens it too. Nobody is kept from saving.

That nothing is overwritten is the form's part (articles/admin/step_form.py).
"""

import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from articles.models import EditLock

# The form tells of itself every half minute; who was not heard for longer has left.
STALE = datetime.timedelta(seconds=100)


def holder(article_id: int) -> EditLock | None:
    """Return who works at the article now, None where nobody was heard lately."""
    heard = EditLock.objects.filter(heard_at__gt=timezone.now() - STALE)
    return heard.filter(article=article_id).select_related("user").first()


def open_by(user: Any, article_id: int, take_over: bool = False) -> EditLock | None:
    """Note that the user works at the article, unless somebody else does; return whom, then."""
    held = holder(article_id)
    if held and held.user_id != user.pk and not take_over:
        return held
    values = {"user": user, "heard_at": timezone.now()}
    try:
        with transaction.atomic():
            EditLock.objects.update_or_create(article_id=article_id, defaults=values)
    except IntegrityError:  # the article was deleted at this moment
        return None
    return None


def left_by(user: Any, article_id: int) -> None:
    """Note that the user has left the article."""
    EditLock.objects.filter(article=article_id, user=user.pk).delete()
