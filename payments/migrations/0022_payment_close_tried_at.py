import datetime

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0002_session_changes'),
        ('payments', '0021_labels_in_plain_english'),
    ]

    operations = [
        migrations.AddField(
            model_name='payment',
            name='close_tried_at',
            field=models.DateTimeField(db_default=datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC), default=datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC), editable=False, help_text='When the sweep last tried to close it.'),
        ),
    ]
