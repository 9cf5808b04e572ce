import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

from articles import roles


NEW = {
    f"articles.{action}_{model}"
    for model in ("tagentry", "tagsynonym")
    for action in ("add", "change", "delete", "view")
}


def give_rights(apps, _schema_editor):
    roles.add(*roles.with_rights(apps), NEW)


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0027_history'),
        ('taggit', '0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx'),
    ]

    operations = [
        migrations.CreateModel(
            name='TagEntry',
            fields=[
                ('tag', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='entry', serialize=False, to='taggit.tag', verbose_name='标签')),
                ('vocabulary', models.CharField(blank=True, max_length=60, verbose_name='词表')),
                ('code', models.CharField(blank=True, max_length=40, verbose_name='代码')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='备注')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='narrower', to='taggit.tag', verbose_name='上位标签')),
            ],
            options={
                'verbose_name': '标签的位置',
                'verbose_name_plural': '标签的位置',
                'constraints': [models.CheckConstraint(condition=models.Q(('parent', models.F('tag')), _negated=True), name='tag_not_above_itself', violation_error_message='标签不可是自己的上位标签。'), models.UniqueConstraint(condition=models.Q(('code', ''), _negated=True), fields=('vocabulary', 'code'), name='tag_code_once_a_vocabulary', violation_error_message='词表里已有这个代码。')],
            },
        ),
        migrations.CreateModel(
            name='TagSynonym',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='同义词')),
                ('slug', models.SlugField(allow_unicode=True, editable=False, max_length=110, unique=True, verbose_name='网址名称')),
                ('tag', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='synonyms', to='taggit.tag', verbose_name='标签')),
            ],
            options={
                'verbose_name': '标签的同义词',
                'verbose_name_plural': '标签的同义词',
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Upper('name'), name='tag_synonym_once', violation_error_message='已有这个同义词。'), models.CheckConstraint(condition=models.Q(('name__regex', '^\\s*$'), _negated=True), name='tag_synonym_given')],
            },
        ),
        # What __iexact asks for, and articles/tags.py: a tag by its name, whatever its capitals.
        migrations.RunSQL(
            "CREATE INDEX taggit_tag_upper ON taggit_tag (UPPER(name::text))",
            "DROP INDEX taggit_tag_upper",
        ),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
