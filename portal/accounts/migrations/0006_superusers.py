from django.db import migrations, models

from portal.common.indexes import AddIndex


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("accounts", "0005_search_by_name"),
    ]

    operations = [
        AddIndex(
            model_name="user",
            index=models.Index(fields=["id"], condition=models.Q(is_superuser=True), name="user_superusers"),
        ),
    ]
