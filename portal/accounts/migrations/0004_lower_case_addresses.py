from django.db import migrations

from portal.accounts.lower_case import lower_case


def forwards(apps, schema_editor):
    lower_case(apps.get_model("accounts", "User"), apps.get_model("account", "EmailAddress"))


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("accounts", "0003_names"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop, elidable=True)]
