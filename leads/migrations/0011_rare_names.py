from django.db import migrations

from leads.migrations._indexes import OwnIndexes


class Migration(migrations.Migration):
    dependencies = [("leads", "0010_stages_of_an_owner")]

    operations = [OwnIndexes("lead_search_sample")]
