"""Users and groups: Django's own pages, with lists that no address makes fail."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest

from articles.admin.base import SafeLists

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class StaffAdmin(SafeLists, UserAdmin):
    """Editors and operators. Superusers are made, changed and deleted by superusers alone."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Let nobody make themselves a superuser."""
        fixed = [*super().get_readonly_fields(request, obj)]
        return fixed if request.user.is_superuser else [*fixed, "is_superuser"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether the user may change the account, its password too."""
        allowed = super().has_change_permission(request, obj)
        return allowed and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether the user may delete the account."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and _may_touch(request, obj)


def _may_touch(request: HttpRequest, account: Any) -> bool:
    above = account is not None and account.is_superuser
    return bool(request.user.is_superuser or not above)


@admin.register(Group)
class StaffGroupAdmin(SafeLists, GroupAdmin):
    """What several of them may do."""
