from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

from leads.migrations._indexes import OwnIndexes


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial")]

    operations = [TrigramExtension(), OwnIndexes()]
