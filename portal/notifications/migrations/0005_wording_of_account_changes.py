"""The email about a changed account no longer says "call us on" where there is no number, unless an editor worded it.

No release had this email before, so no running one can meet the new placeholder.
"""

from django.db import migrations

SHIPPED_BEFORE = (
    "{change}\n\n"
    "If you expected this, you don’t need to do anything.\n\n"
    "If you didn’t, choose a new password now and call us on {phone}."
)
BODY = "{change}\n\nIf you expected this, you don’t need to do anything.\n\n{otherwise}"


def reword(apps, schema_editor):
    texts = apps.get_model("notifications", "MessageText").objects
    untouched = texts.filter(key="account_changed", latest_revision=None)
    untouched.filter(body__in=(SHIPPED_BEFORE, SHIPPED_BEFORE.replace("’", "'"))).update(body=BODY)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_wording_of_pay_links")]
    operations = [migrations.RunPython(reword, migrations.RunPython.noop)]
