"""Publishing at its time: by a command, and by every web server by itself.

Whoever is asked first publishes: an article is locked, looked at again and then moved, so two
processes never publish it twice, and one that was put off, called back or is being saved at
this moment is left alone.
"""

import datetime
import logging
import threading

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import workflow
from articles.history import recorded
from articles.models import Article
from articles.search.pending import indexed

SECONDS_BETWEEN_LOOKS = 30
# What is left is published at the next look.
_MOST = 500

logger = logging.getLogger("newsarchive")


def publish_due() -> int:
    """Publish the articles whose time has come, each in its own transaction; return how many."""
    now = timezone.now()
    due = Article.objects.unpublished().filter(publish_at__lte=now)
    pks = list(due.order_by("publish_at", "pk").values_list("pk", flat=True)[:_MOST])
    published = 0
    for pk in pks:
        try:
            published += _publish(pk, now)
        except (DatabaseError, InterfaceError):
            if not connection.is_usable():
                raise
            logger.exception("Article %s was not published at its time", pk)
    return published


def _publish(pk: int, now: datetime.datetime) -> int:
    """Publish one article by the right of whoever set its time, if both still stand."""
    users = get_user_model()._default_manager
    key = Article.objects.filter(pk=pk).values_list("scheduled_by", flat=True).first()
    user = users.filter(pk=key, is_active=True).first() if key else None
    with recorded(user, note=_("定时发布")), indexed():
        rows = Article.objects.filter(pk=pk, publish_at__lte=now, scheduled_by=key)
        # Whoever is saving it now may be changing the time: there is a next look.
        locked = rows.select_for_update(skip_locked=True, no_key=True)
        if locked.first() is None:
            return 0
        step = workflow.STEPS["publish"]
        if user and workflow.move(user, Article.objects.filter(pk=pk), step):
            return 1
        rows.update(publish_at=None, scheduled_by=None, updated_at=timezone.now())
        if user:
            said = _("没有定时发布：定时的人已无权发布。")
            LogEntry.objects.log_actions(
                user.pk, Article.objects.filter(pk=pk), CHANGE, said
            )
    logger.warning(
        "Article %s was not published: who set its time may not publish any more", pk
    )
    return 0


class Clock(threading.Thread):
    """Looks now and then whether something is due, as long as its process runs."""

    def __init__(self) -> None:
        super().__init__(name="clock", daemon=True)
        self._over = threading.Event()
        self._away = False

    def run(self) -> None:
        """Look until ``stop``."""
        while not self._over.wait(SECONDS_BETWEEN_LOOKS):
            self.look()

    def look(self) -> None:
        """Publish what is due. Say once that the database is away, and try again next time."""
        try:
            publish_due()
            self._away = False
        except (DatabaseError, InterfaceError) as error:
            if not self._away:
                logger.error("Nothing is published at its time: %s", error)
            self._away = True
        except Exception:
            logger.exception("Nothing is published at its time")
        finally:
            connection.close()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
