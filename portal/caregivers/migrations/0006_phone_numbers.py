"""Phone numbers as they are dialled from anywhere. What is no number on its own stays as it was typed."""

import re

from django.db import migrations

WORDS_FIRST = re.compile(r"^(?P<words>[^\d+]*[^\W\d_][^\d+]*)(?P<number>[\d+].*)$")


def write_numbers(apps, schema_editor):
    caregivers = apps.get_model("caregivers", "Caregiver").objects.using(schema_editor.connection.alias)
    for caregiver in caregivers.exclude(phone="").only("pk", "phone").iterator(chunk_size=1000):
        phone, typed = caregiver.phone, caregiver.phone.raw_input
        if not phone.is_valid():
            continue
        said = WORDS_FIRST.match(typed)
        # "work 0117 496 0001" would be read as the number alone: behind it, the words are kept
        written = f"{said['number']}, {said['words'].strip(' :,')}" if said else str(phone)
        if written != typed and len(written) <= 32:
            caregivers.filter(pk=caregiver.pk).update(phone=written)


class Migration(migrations.Migration):

    atomic = False  # a row at a time, and safe to run again

    dependencies = [
        ('caregivers', '0005_people_details'),
    ]

    operations = [
        migrations.RunPython(write_numbers, migrations.RunPython.noop),
    ]
