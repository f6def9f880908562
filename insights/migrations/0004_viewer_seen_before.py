from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def link(apps, schema_editor):
    viewers = apps.get_model("insights", "DailyViewer").objects
    earlier = viewers.filter(viewer=OuterRef("viewer"), day__lt=OuterRef("day")).order_by("-day").values("day")[:1]
    viewers.update(seen_before=Subquery(earlier))


class Migration(migrations.Migration):
    dependencies = [("insights", "0003_anomalies")]

    operations = [
        migrations.RemoveConstraint(model_name="dailyviewer", name="one_viewer_row"),
        migrations.AddField(
            model_name="dailyviewer",
            name="seen_before",
            field=models.DateField(null=True),
        ),
        migrations.AddIndex(
            model_name="dailyviewer",
            index=models.Index(fields=["day", "seen_before"], name="viewer_seen_before"),
        ),
        migrations.AddConstraint(
            model_name="dailyviewer",
            constraint=models.UniqueConstraint(fields=("viewer", "day"), name="one_viewer_row"),
        ),
        migrations.RunPython(link, migrations.RunPython.noop),
    ]
