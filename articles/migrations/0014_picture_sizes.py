"""Widths and heights of pictures; make_pictures fills them for those that are there."""


import articles.models.picture
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0013_region'),
    ]

    operations = [
        migrations.AddField(
            model_name='page',
            name='image_height',
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='page',
            name='image_width',
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='photo',
            name='image_height',
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='photo',
            name='image_width',
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='page',
            name='image',
            field=articles.models.picture.PictureField(blank=True, height_field='image_height', upload_to=articles.models.picture.page_name, verbose_name='版面图', width_field='image_width'),
        ),
        migrations.AlterField(
            model_name='photo',
            name='image',
            field=articles.models.picture.PictureField(blank=True, height_field='image_height', upload_to=articles.models.picture.photo_name, verbose_name='图片', width_field='image_width'),
        ),
        migrations.AddIndex(
            model_name='page',
            index=models.Index(condition=models.Q(models.Q(('image', ''), _negated=True), ('image_width', None)), fields=['id'], name='page_sizes_to_make'),
        ),
        migrations.AddIndex(
            model_name='page',
            index=models.Index(condition=models.Q(('image', ''), _negated=True), fields=['image'], name='page_image'),
        ),
        migrations.AddIndex(
            model_name='photo',
            index=models.Index(condition=models.Q(models.Q(('image', ''), _negated=True), ('image_width', None)), fields=['id'], name='photo_sizes_to_make'),
        ),
        migrations.AddIndex(
            model_name='photo',
            index=models.Index(condition=models.Q(('image', ''), _negated=True), fields=['image'], name='photo_image'),
        ),
    ]
