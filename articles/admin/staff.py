"""Users and groups: Django's own pages, with lists that no address makes fail."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User

from articles.admin.base import SafeLists

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class StaffAdmin(SafeLists, UserAdmin):
    """Editors and operators."""


@admin.register(Group)
class StaffGroupAdmin(SafeLists, GroupAdmin):
    """What several of them may do."""
