from django.db import migrations

from portal.common.indexes import AddTrigramIndex


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("accounts", "0004_lower_case_addresses"),
        ("common", "0002_trigrams"),
    ]

    operations = [
        AddTrigramIndex(  # whatever waits to be sorted in would be read by each search: it has `fastupdate` off
            name="user_name_trigrams",
            table="accounts_user",
            expressions=("UPPER(first_name::text)", "UPPER(last_name::text)", "UPPER(email::text)"),
        ),
    ]
