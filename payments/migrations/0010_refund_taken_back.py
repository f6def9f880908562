"""A counter-entry has its own reason, so that it is not taken for a refund. Choices only: no row changes."""

from django.db import migrations, models

REASONS = [
    ("cancellation", "Cancelled by the caregiver"),
    ("session_cancelled", "Session cancelled"),
    ("late_money", "Paid after the place was released"),
    ("goodwill", "Goodwill"),
    ("mistake", "Charged by mistake"),
    ("not_delivered", "The session did not take place as agreed"),
    ("made_at_stripe", "Made at Stripe"),
    ("taken_back", "Entered by mistake: no money came"),
]


class Migration(migrations.Migration):
    dependencies = [("payments", "0009_staging_without_key")]
    operations = [
        migrations.AlterField(
            model_name="refund",
            name="reason",
            field=models.CharField(choices=REASONS, editable=False, max_length=20),
        ),
    ]
