from django.db import migrations, models


class Migration(migrations.Migration):
    """Impacts by the lengths of fields, in the place of frequencies.

    Empty until ``update_index`` makes the documents anew: till then every word counts as if it
    stood once, and nothing is missed.
    """

    dependencies = [("articles", "0031_photo_uploads")]

    operations = [
        migrations.RemoveField("searchdocument", "frequencies"),
        migrations.AddField(
            "searchdocument", "impacts", models.BinaryField(default=b""), preserve_default=False
        ),
        # Out of line and not compressed: they are read whole, often and quickly.
        migrations.RunSQL(
            "ALTER TABLE articles_searchdocument ALTER impacts SET STORAGE EXTERNAL",
            migrations.RunSQL.noop,
        ),
    ]
