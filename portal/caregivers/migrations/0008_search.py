from django.db import migrations

from portal.common.indexes import AddTrigramIndex


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("caregivers", "0007_phone_number_field"),
        ("common", "0002_trigrams"),
    ]

    operations = [
        AddTrigramIndex(name="caregiver_phone_trigrams", table="caregivers_caregiver", expressions=("REPLACE(REPLACE(phone, ' ', ''), '-', '')",)),
        AddTrigramIndex(
            name="person_trigrams",
            table="caregivers_carerecipient",
            expressions=("UPPER(full_name::text)", "REPLACE(REPLACE(emergency_phone, ' ', ''), '-', '')"),
        ),
    ]
