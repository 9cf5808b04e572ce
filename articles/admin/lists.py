"""Lists that are as quick with a million rows as with a thousand."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

# So many rows are counted, paged through by number, sorted, and acted on at once.
MOST = 5_000
BEFORE = "before"


class BoundedPaginator(Paginator):
    """Pages of the first ``MOST`` rows: to count a million takes as long as to read them."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, ``MOST`` where there are more."""
        return min(self.counted, MOST)

    @cached_property
    def counted(self) -> int:
        """Return the number of rows, one more than ``MOST`` where there are more."""
        rows: Any = self.object_list
        return bounded_count(rows, MOST)


def bounded_count(rows: QuerySet, most: int) -> int:
    """Return the number of rows, one more than ``most`` where there are more."""
    return rows.order_by().values("pk")[: most + 1].count()


class ArchiveList(ChangeList):
    """A list that no address makes fail, and no number of rows makes slow.

    What is more than ``MOST`` rows is shown in the list's own order, page after page of the
    first of them; from there on by key (``?before=``).
    """

    def get_filters(self, request: HttpRequest) -> Any:
        """Treat a month after the last of the calendar like any other wrong date."""
        try:
            return super().get_filters(request)
        except OverflowError as error:
            raise IncorrectLookupParameters(error) from error

    def get_filters_params(self, params: Any = None) -> Any:
        """Return the parameters that are filters, which the key to begin from is not."""
        found = super().get_filters_params(params)
        found.pop(BEFORE, None)
        return found

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the rows, from the key on that the address names."""
        rows = super().get_queryset(request, *args, **kwargs)
        before = self.params.get(BEFORE, "")
        if not before:
            return rows
        if not (before.isascii() and before.isdecimal() and int(before) < 2**63):
            raise IncorrectLookupParameters(before)
        return rows.filter(pk__lt=int(before))

    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> Any:
        """Sort by what the address asks for if that takes no time; else by the list's own."""
        if self.params.get(ORDER_VAR) and bounded_count(queryset, MOST) > MOST:
            message = _("超过 %(most)d 条，仍按原来的次序排列；筛选之后可以排序。")
            messages.info(request, message % {"most": MOST})
            self.params.pop(ORDER_VAR)
            self.filter_params.pop(ORDER_VAR, None)
        return super().get_ordering(request, queryset)

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """Return an address of this list; one with other filters begins at the first row."""
        if new_params is None or PAGE_VAR not in new_params:
            remove = [*(remove or ()), BEFORE]
        return super().get_query_string(new_params, remove)

    @property
    def more(self) -> bool:
        """Return whether there are more rows than pages can show."""
        paginator: Any = self.paginator
        return bool(paginator.counted > MOST)

    @property
    def most(self) -> int:
        """Return how many rows pages can show."""
        return MOST

    @property
    def further(self) -> str | None:
        """Return the address of what comes after the last page, in a list by key."""
        newest_first = set(self.queryset.query.order_by) == {"-pk"}
        if not (self.more and newest_first):
            return None
        last = self.queryset.values_list("pk", flat=True)[MOST - 1]
        return super().get_query_string({BEFORE: str(last)})
