from django.db import migrations, models
from django.db.models.functions import ExtractDay, ExtractMonth


class Migration(migrations.Migration):
    """This day in other years: of 70,000 issues those of a day in 0.2 ms instead of 7 ms."""

    dependencies = [("articles", "0014_picture_sizes")]

    operations = [
        migrations.AddIndex(
            "issue",
            models.Index(
                ExtractMonth("published_on"),
                ExtractDay("published_on"),
                models.F("published_on").desc(),
                name="issue_day_of_year",
            ),
        )
    ]
