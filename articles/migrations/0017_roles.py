from django.db import migrations

from articles import roles


def make(apps, _schema_editor):
    roles.make(*roles.with_rights(apps))


class Migration(migrations.Migration):
    """The groups of the editors' side: 记者, 编辑, 主编, 管理员."""

    dependencies = [
        ("articles", "0016_workflow"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
    ]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
