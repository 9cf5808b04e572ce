from django.contrib.auth.management import create_permissions
from django.db import migrations

from articles import roles


def make(apps, _schema_editor):
    # Rights are otherwise written after the last migration.
    for label in ("articles", "taggit", "auth"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    roles.make(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"))


class Migration(migrations.Migration):
    """The groups of the editors' side: 记者, 编辑, 主编, 管理员."""

    dependencies = [
        ("articles", "0016_workflow"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
    ]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
