import django.contrib.postgres.fields
from django.db import migrations, models

# Bitmaps are dense already: compressing them again only takes time.
STORAGE = "ALTER TABLE articles_bitmap ALTER articles SET STORAGE EXTERNAL"


class Migration(migrations.Migration):
    """Sets of articles for counting very many matches; ``update_index`` makes them."""

    dependencies = [("articles", "0010_one_index")]

    operations = [
        migrations.AddField(
            "indexchange",
            "article_ids",
            django.contrib.postgres.fields.ArrayField(
                models.BigIntegerField(), null=True, size=None
            ),
        ),
        migrations.CreateModel(
            name="Bitmap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Lexeme"), (1, "Publication"), (2, "Month"), (3, "Page Name"),
                            (4, "Column"), (5, "Author"), (6, "Tag"), (7, "Split"),
                        ]
                    ),
                ),
                ("value", models.TextField()),
                ("build", models.BigIntegerField()),
                ("articles", models.BinaryField()),
            ],
            options={"verbose_name": "位图", "verbose_name_plural": "位图"},
        ),
        migrations.AddConstraint(
            "bitmap",
            models.UniqueConstraint(fields=["kind", "value"], name="bitmap_value_once"),
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
    ]
