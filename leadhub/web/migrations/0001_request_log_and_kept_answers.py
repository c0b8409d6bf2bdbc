import django.db.models.deletion
import leadhub.workspaces.clock
import leadhub.workspaces.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='IdempotencyRecord',
            fields=[
                ('id', models.UUIDField(default=leadhub.workspaces.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('workspace_id', models.UUIDField()),
                ('scope', models.CharField(max_length=64)),
                ('key', models.CharField(max_length=255)),
                ('fingerprint', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('headers', models.JSONField(default=dict)),
                ('body', models.BinaryField(null=True)),
                ('lead_id', models.UUIDField(null=True)),
                ('created_at', models.DateTimeField(default=leadhub.workspaces.clock.now, editable=False)),
                ('expires_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'kept answer',
                'verbose_name_plural': 'kept answers',
                'indexes': [models.Index(fields=['expires_at'], name='web_answer_by_expiry')],
                'constraints': [models.UniqueConstraint(fields=('workspace_id', 'scope', 'key'), name='web_one_answer_per_key')],
            },
        ),
        migrations.CreateModel(
            name='RequestRecord',
            fields=[
                ('id', models.UUIDField(default=leadhub.workspaces.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('workspace_id', models.UUIDField()),
                ('api_key_id', models.UUIDField(null=True)),
                ('request_id', models.CharField(max_length=128)),
                ('door', models.CharField(max_length=20)),
                ('method', models.CharField(max_length=16)),
                ('path', models.TextField()),
                ('status', models.PositiveSmallIntegerField()),
                ('code', models.CharField(blank=True, max_length=64)),
                ('lead_id', models.UUIDField(null=True)),
                ('duration_ms', models.PositiveIntegerField()),
                ('dry_run', models.BooleanField(default=False)),
                ('is_test', models.BooleanField(default=False)),
                ('body', models.BinaryField(null=True)),
                ('created_at', models.DateTimeField(default=leadhub.workspaces.clock.now, editable=False)),
            ],
            options={
                'verbose_name': 'request record',
                'verbose_name_plural': 'request records',
                'indexes': [models.Index(fields=['workspace_id', 'id'], name='web_request_by_age'), models.Index(fields=['workspace_id', 'request_id'], name='web_request_by_request_id'), models.Index(condition=models.Q(('lead_id__isnull', False)), fields=['workspace_id', 'lead_id', 'id'], name='web_request_by_lead'), models.Index(fields=['api_key_id', 'id'], name='web_request_by_key')],
            },
        ),
        migrations.CreateModel(
            name='RequestProblem',
            fields=[
                ('id', models.UUIDField(default=leadhub.workspaces.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('workspace_id', models.UUIDField()),
                ('lead_id', models.UUIDField(null=True)),
                ('field', models.CharField(blank=True, max_length=200)),
                ('code', models.CharField(max_length=64)),
                ('message', models.TextField(blank=True)),
                ('value', models.BinaryField(null=True)),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='problems', to='web.requestrecord')),
            ],
            options={
                'verbose_name': 'problem of a request',
                'verbose_name_plural': 'problems of requests',
                'indexes': [models.Index(condition=models.Q(('lead_id__isnull', False)), fields=['workspace_id', 'lead_id', 'id'], name='web_problem_by_lead')],
            },
        ),
    ]
