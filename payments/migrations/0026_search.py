from django.db import migrations, models

from portal.common.indexes import AddIndex


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('bookings', '0006_calendar_feed'),
        ('payments', '0025_pay_links'),
    ]

    operations = [
        AddIndex(
            model_name='payment',
            index=models.Index(fields=['amount', 'created_at'], name='payment_amount'),
        ),
        AddIndex(
            model_name='payment',
            index=models.Index(condition=models.Q(('payout_id', ''), _negated=True), fields=['payout_id'], name='payment_payout'),
        ),
        AddIndex(
            model_name='refund',
            index=models.Index(fields=['amount', 'created_at'], name='refund_amount'),
        ),
    ]
