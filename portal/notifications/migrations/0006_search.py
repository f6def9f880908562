from django.conf import settings
from django.db import migrations, models

from portal.common.indexes import AddIndex


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('notifications', '0005_wording_of_account_changes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndex(
            model_name='notification',
            index=models.Index(fields=['to', 'created_at'], name='notification_to'),
        ),
    ]
