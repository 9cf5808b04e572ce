import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

# Out of line and not compressed: they are read whole, often and quickly. Facets stay in the row.
STORAGE = """
ALTER TABLE articles_searchdocument
    ALTER bigrams SET STORAGE EXTERNAL,
    ALTER frequencies SET STORAGE EXTERNAL,
    ALTER text SET STORAGE EXTERNAL,
    ALTER page_name SET STORAGE MAIN,
    ALTER "column" SET STORAGE MAIN,
    ALTER tag_ids SET STORAGE MAIN,
    ALTER authors SET STORAGE MAIN
"""


class Migration(migrations.Migration):
    """Search documents with impact lexemes, facets, and pairs of characters as numbers.

    They are emptied: ``update_index`` makes them anew.
    """

    dependencies = [("articles", "0004_near_duplicates")]

    operations = [
        migrations.RunSQL(
            "TRUNCATE articles_searchdocument", "TRUNCATE articles_searchdocument"
        ),
        migrations.RemoveIndex("searchdocument", "search_document_bigrams"),
        migrations.RemoveField("searchdocument", "bigrams"),
        migrations.RemoveField("searchdocument", "text"),
        migrations.AddField(
            "searchdocument", "length", models.PositiveIntegerField(default=0)
        ),
        migrations.AddField(
            "searchdocument", "page_name", models.CharField(blank=True, max_length=100, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "searchdocument", "column", models.CharField(blank=True, max_length=100, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "searchdocument",
            "tag_ids",
            django.contrib.postgres.fields.ArrayField(models.IntegerField(), null=True, size=None),
        ),
        migrations.AddField(
            "searchdocument",
            "authors",
            django.contrib.postgres.fields.ArrayField(
                models.CharField(max_length=100), null=True, size=None
            ),
        ),
        migrations.AddField(
            "searchdocument",
            "bigrams",
            django.contrib.postgres.fields.ArrayField(models.IntegerField(), size=None, default=list),
            preserve_default=False,
        ),
        migrations.AddField(
            "searchdocument", "frequencies", models.BinaryField(default=b""), preserve_default=False
        ),
        migrations.AddField(
            "searchdocument", "text", models.TextField(default=""), preserve_default=False
        ),
        migrations.AddIndex(
            "searchdocument",
            django.contrib.postgres.indexes.GinIndex(fields=["bigrams"], name="search_document_bigrams"),
        ),
        migrations.CreateModel(
            name="LexemeCount",
            fields=[
                ("lexeme", models.TextField(primary_key=True, serialize=False)),
                ("documents", models.PositiveIntegerField()),
                ("counted_at", models.BigIntegerField()),
            ],
            options={"verbose_name": "词频", "verbose_name_plural": "词频"},
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
    ]
