"""What a document request says, and how many files came by it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0005_bulk_rows'),
    ]

    operations = [
        migrations.AddField(
            model_name='uploadlink',
            name='files',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='uploadlink',
            name='message',
            field=models.CharField(blank=True, max_length=500),
        ),
    ]
