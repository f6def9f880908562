from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class AddIndex(AddIndexConcurrently):
    """Writes go on while PostgreSQL builds it; SQLite, which has one writer anyway, knows no such way."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == 'postgresql':
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        else:
            migrations.AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == 'postgresql':
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        else:
            migrations.AddIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('payments', '0022_payment_close_tried_at'),
    ]

    operations = [
        AddIndex(
            model_name='payment',
            index=models.Index(fields=['close_tried_at', 'id'], condition=models.Q(('status__in', ['pending', 'processing', 'requires_action'])), name='payment_unpaid_by_close_tried'),
        ),
    ]
