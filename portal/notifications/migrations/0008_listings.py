from django.conf import settings
from django.db import migrations, models

from portal.common.indexes import AddIndex


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('notifications', '0007_wording_drafts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndex(
            model_name='notification',
            index=models.Index(fields=['template', 'created_at'], name='notification_template'),
        ),
    ]
