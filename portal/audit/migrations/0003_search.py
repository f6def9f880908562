from django.db import migrations, models

from portal.common.indexes import AddIndex


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('audit', '0002_labels_in_plain_english'),
    ]

    operations = [
        AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('actor_kind', 'user')), fields=['actor_id', 'id'], name='audit_person'),
        ),
        AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('stripe_event_id', ''), _negated=True), fields=['stripe_event_id'], name='audit_stripe_event'),
        ),
    ]
