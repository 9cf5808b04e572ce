import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    """Words and pairs of characters in one index, which answers both together in one scan."""

    dependencies = [("articles", "0009_occurrences")]

    operations = [
        migrations.RemoveIndex("searchdocument", "search_document_words"),
        migrations.RemoveIndex("searchdocument", "search_document_bigrams"),
        migrations.AddIndex(
            "searchdocument",
            django.contrib.postgres.indexes.GinIndex(
                fields=["words", "bigrams"], name="search_document_terms"
            ),
        ),
    ]
