"""What Stripe listed is staged for one run: PostgreSQL need not write it to its log, and a small sample is enough.

A crash empties the tables, and ends the run that filled them.
"""

from django.db import migrations

JOINED = {
    "payments_stagedintent": ("run_id", "stripe_id"),
    "payments_stagedrefund": ("run_id", "stripe_id", "intent_id"),
    "payments_stageddispute": ("run_id", "stripe_id", "intent_id"),
}


def _each(kind, target):
    def change(apps, schema_editor):
        if schema_editor.connection.vendor != "postgresql":
            return
        for table, columns in JOINED.items():
            schema_editor.execute(f"ALTER TABLE {table} SET {kind}")
            for column in columns:
                schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS {target}")

    return change


class Migration(migrations.Migration):
    dependencies = [("payments", "0007_dispute_status_choices")]
    operations = [migrations.RunPython(_each("UNLOGGED", 10), _each("LOGGED", -1))]
