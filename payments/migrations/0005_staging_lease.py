"""Staging that is filled by COPY and joined as a whole: no index, no constraint, unlogged on PostgreSQL."""

import django.db.models.deletion
import payments.models.reconciliation
from django.db import migrations, models

STAGED = ("StagedIntent", "StagedRefund", "StagedDispute")


def unlogged(apps, schema_editor):
    """What is staged is not worth a log: a run that died starts over."""
    if schema_editor.connection.vendor == "postgresql":
        for name in STAGED:
            table = apps.get_model("payments", name)._meta.db_table
            schema_editor.execute(f"ALTER TABLE {table} SET UNLOGGED")


def unchecked(to, **options):
    on_delete = options.pop("on_delete", django.db.models.deletion.DO_NOTHING)
    return models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=on_delete, to=to, **options)


def staged(name, **fields):
    cascade = django.db.models.deletion.CASCADE
    return migrations.CreateModel(
        name=name,
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("status", models.CharField(max_length=40)),
            ("amount", models.BigIntegerField()),
            ("currency", models.CharField(max_length=3)),
            ("run", unchecked("payments.reconciliationrun", on_delete=cascade, related_name="+")),
            *fields.items(),
        ],
        options={"abstract": False},
    )


def payment(column, related_name):
    return unchecked("payments.payment", to_field="intent_id", db_column=column, related_name=related_name)


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_refund_token")]

    operations = [
        *(migrations.DeleteModel(name) for name in STAGED),
        staged(
            "StagedIntent",
            received=models.BigIntegerField(),
            payment_ref=models.CharField(blank=True, max_length=20),
            payment=payment("stripe_id", "staged_intents"),
        ),
        staged(
            "StagedRefund",
            refund=unchecked(
                "payments.refund", to_field="stripe_refund_id", db_column="stripe_id", related_name="staged"
            ),
            payment=payment("intent_id", "staged_refunds"),
        ),
        staged(
            "StagedDispute",
            dispute=unchecked(
                "payments.dispute", to_field="stripe_dispute_id", db_column="stripe_id", related_name="staged"
            ),
            payment=payment("intent_id", "staged_disputes"),
        ),
        migrations.RunPython(unlogged, migrations.RunPython.noop),
        migrations.AddField(
            model_name="reconciliationrun",
            name="leased_until",
            field=models.DateTimeField(default=payments.models.reconciliation.new_lease, editable=False),
        ),
        migrations.RemoveConstraint(model_name="reconciliationrun", name="one_reconciliation_at_a_time"),
        migrations.AddConstraint(
            model_name="reconciliationrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "running")), fields=("kind",), name="one_reconciliation_at_a_time"
            ),
        ),
    ]
