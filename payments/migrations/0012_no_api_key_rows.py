"""dj-stripe wrote Stripe's API key into a table at each sync; payments/mirror_secrets.py keeps it out from now on.

The running release writes the row again when it misses it: `encrypt_secrets`, after the switch, deletes it once more.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payments", "0011_unreadable_events"), ("djstripe", "__first__")]
    operations = [migrations.RunSQL("DELETE FROM djstripe_apikey", migrations.RunSQL.noop, elidable=True)]
