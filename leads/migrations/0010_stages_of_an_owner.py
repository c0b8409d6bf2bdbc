from django.db import migrations

from leads.migrations._indexes import OwnIndexes


class Migration(migrations.Migration):
    dependencies = [("leads", "0009_merged_tags")]

    operations = [OwnIndexes("lead_of_owner", "lead_owner_stage")]
