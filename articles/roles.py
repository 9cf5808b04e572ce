"""Who may do what: four groups, made by a migration, which operators may change afterwards."""

from typing import Any

from django.contrib.auth.management import create_permissions
from django.utils.translation import gettext_noop as _

# The names of rights as in ``user.has_perm``: the app, then the codename.
_ARCHIVE = ("publication", "issue", "page")
_PARTS = ("paragraph", "photo", "region", "contribution", "taggedarticle")


def _of(actions: str, *models: str, app: str = "articles") -> set[str]:
    return {f"{app}.{action}_{model}" for action in actions.split() for model in models}


_REPORTER = (
    _of("add change view", "article")
    | _of("add change delete view", *_PARTS)
    | _of("view", *_ARCHIVE, "contributor", "job", "changedrecord")
    | _of("view", "tagentry", "tagsynonym")
    | _of("view", "tag", app="taggit")
)
_EDITOR = (
    _REPORTER
    | _of("desk correct import", "article")
    | _of("original", "photo")
    | _of("add change", "issue", "page")
    | _of("add change", "contributor", "lexiconword")
    | _of("view change", "nearduplicate")
    | _of("view", "lexiconword")
    | _of("view change", "wordcandidate")
    | _of("add change", "tagentry")
    | _of("add change delete", "tagsynonym")
    | _of("add change", "tag", app="taggit")
)
_CHIEF = (
    _EDITOR
    | _of("publish delete", "article")
    | _of("view undo", "change")
    | _of("add change", "publication")
    | _of("delete", "issue", "page", "contributor", "lexiconword", "nearduplicate")
    | _of("delete", "tagentry")
    | _of("delete", "tag", app="taggit")
)
_ADMINISTRATOR = (
    _CHIEF
    | _of("delete", "publication")
    | _of("view", "searchdocument")
    | _of("add change delete view", "user", "group", app="auth")
)

# Stored in Chinese, which operators may change; pages show them translated.
ROLES: dict[str, set[str]] = {
    _("记者"): _REPORTER,
    _("编辑"): _EDITOR,
    _("主编"): _CHIEF,
    _("管理员"): _ADMINISTRATOR,
}


def make(group: Any, permission: Any) -> None:
    """Make the groups that are not there, from the models Group and Permission.

    A group that is there is an operator's, and stays as it is. Rights of models that a later
    migration makes are given by ``add`` there.
    """
    known = _known(permission)
    for name, rights in ROLES.items():
        made, is_new = group.objects.get_or_create(name=name)
        if is_new:
            made.permissions.set([known[right] for right in rights & known.keys()])


def add(group: Any, permission: Any, new: set[str]) -> None:
    """Give the groups those of the ``new`` rights ("articles.view_change") that are theirs."""
    known = _known(permission)
    for name, rights in ROLES.items():
        for made in group.objects.filter(name=name):
            made.permissions.add(*(known[right] for right in rights & new))


def _known(permission: Any) -> dict[str, int]:
    return {
        f"{app}.{codename}": pk
        for pk, app, codename in permission.objects.values_list(
            "pk", "content_type__app_label", "codename"
        )
    }


def with_rights(apps: Any) -> tuple[Any, Any]:
    """Return the models Group and Permission of a migration, all rights so far written.

    Django otherwise writes them after the last migration only.
    """
    for label in ("articles", "taggit", "auth"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    return apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
