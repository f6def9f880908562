from decimal import Decimal

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    """Names in code and wording only: no table changes, so that the release before this one keeps running."""

    dependencies = [
        ('insights', '0005_dispute_fees'),
    ]

    operations = [
        migrations.AlterModelTable('DailyFigures', 'insights_dailyfigures'),
        migrations.RenameModel('DailyFigures', 'DailyServiceTotals'),
        migrations.AlterModelOptions(
            name='anomaly',
            options={'default_permissions': (), 'ordering': ('-pk',), 'verbose_name': 'anomaly', 'verbose_name_plural': 'anomalies'},
        ),
        migrations.AlterModelOptions(
            name='anomalysettings',
            options={'default_permissions': ('change',), 'verbose_name': 'anomaly detection'},
        ),
        migrations.AlterModelOptions(
            name='dailyservicetotals',
            options={'default_permissions': (), 'permissions': (('view_insights', 'Can see dashboards and KPIs'),)},
        ),
        migrations.AlterField(
            model_name='anomalysettings',
            name='closed_days',
            field=models.TextField(blank=True, help_text='Days without the usual activity, such as bank holidays: one a line, like 2026-12-25. They are not judged or compared with.'),
        ),
        migrations.AlterField(
            model_name='anomalysettings',
            name='lag_seconds',
            field=models.IntegerField(default=30, help_text='A webhook lag up to this is never an anomaly.', validators=[django.core.validators.MinValueValidator(1, 'Enter a whole number from 1 to 86,400.'), django.core.validators.MaxValueValidator(86400, 'Enter a whole number from 1 to 86,400.')], verbose_name='Allowed delay (seconds)'),
        ),
        migrations.AlterField(
            model_name='anomalysettings',
            name='minimum_volume',
            field=models.IntegerField(default=10, help_text='A day with fewer payments, visits or events than this is not judged or compared with.', validators=[django.core.validators.MinValueValidator(5, 'Enter a whole number from 5 to 100,000.'), django.core.validators.MaxValueValidator(100000, 'Enter a whole number from 5 to 100,000.')]),
        ),
        migrations.AlterField(
            model_name='anomalysettings',
            name='sensitivity',
            field=models.DecimalField(decimal_places=1, default=Decimal('3.5'), help_text='How far from normal counts as unusual, in normal day-to-day variations. A lower number finds more, with more false alarms. 3.5 gives about one false alarm a year for each KPI.', max_digits=3, validators=[django.core.validators.MinValueValidator(2, 'Enter a number from 2 (many anomalies) to 10 (only the worst).'), django.core.validators.MaxValueValidator(10, 'Enter a number from 2 (many anomalies) to 10 (only the worst).')]),
        ),
        migrations.AlterField(
            model_name='anomalysettings',
            name='silence_bookings',
            field=models.IntegerField(default=12, help_text='Report a quiet spell once this many bookings would normally have come since the last one.', validators=[django.core.validators.MinValueValidator(5, 'Enter a whole number from 5 to 10,000.'), django.core.validators.MaxValueValidator(10000, 'Enter a whole number from 5 to 10,000.')], verbose_name='Quiet-spell threshold'),
        ),
        migrations.AlterField(
            model_name='dailyhistogram',
            name='measure',
            field=models.CharField(choices=[('confirmation', 'Booking made to confirmed'), ('notification_delay', 'Email queued to sent'), ('webhook_lag', "Stripe's event to our ledger")], max_length=20),
        ),
    ]
