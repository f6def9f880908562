import django.db.models.functions.comparison
from django.db import migrations, models

from portal.common.indexes import AddIndex


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('bookings', '0008_session_closed_by'),
        ('payments', '0026_search'),
    ]

    operations = [
        AddIndex(
            model_name='dispute',
            index=models.Index(fields=['closed_at', 'evidence_due_at'], name='dispute_by_deadline'),
        ),
        AddIndex(
            model_name='payment',
            index=models.Index(fields=['currency', 'created_at'], name='payment_currency'),
        ),
        AddIndex(
            model_name='paymentattempt',
            index=models.Index(django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.NullIf('decline_code', models.Value('')), django.db.models.functions.comparison.NullIf('code', models.Value('')), models.Value('unknown')), models.F('occurred_at'), condition=models.Q(('outcome', 'failed')), name='payment_attempt_reason'),
        ),
        AddIndex(
            model_name='receivedevent',
            index=models.Index(fields=['type', 'received_at'], name='inbox_type'),
        ),
        AddIndex(
            model_name='receivedevent',
            index=models.Index(condition=models.Q(('ledger_state', 'failed')), fields=['received_at'], name='inbox_ledger_failed'),
        ),
        AddIndex(
            model_name='receivedevent',
            index=models.Index(condition=models.Q(('mirror_state', 'failed')), fields=['received_at'], name='inbox_mirror_failed'),
        ),
        AddIndex(
            model_name='refund',
            index=models.Index(fields=['created_at'], name='refund_created_at'),
        ),
    ]
