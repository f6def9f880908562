"""The email with a pay link no longer asks the family to sign in, unless an editor has worded it.

A running older release fills in the new words as well: they have the same placeholders.
"""

from django.db import migrations

SUBJECT = "Please pay the deposit for {service} on {date}"
SHIPPED_BEFORE = {
    (
        "Dear {name},\n\n"
        "As agreed, we are holding a place for {person} in {service} on {date}, {time}.\n\n"
        "To keep it, please sign in and pay the deposit of {amount} before {until}. If you have no password yet, or have "
        "forgotten it, choose “Forgot your password?” where you sign in.\n\n"
        "Your booking reference is {reference}."
    ),
    *(
        "Dear {name},\n\n"
        f"As we agreed, we{apostrophe}re holding a place for {{person}}: {{service}} on {{date}}, {{time}}.\n\n"
        "To keep it, please sign in and pay the deposit of {amount} before {until}. If you "
        f"don{apostrophe}t have a password yet, or you{apostrophe}ve forgotten it, choose “Forgot your password?” where "
        "you sign in.\n\n"
        "Your booking reference is {reference}."
        for apostrophe in ("'", "’")
    ),
}
BUTTON_BEFORE = "Sign in and pay the deposit"
BODY = (
    "Dear {name},\n\n"
    "As we agreed, we’re holding a place for {person}: {service} on {date}, {time}.\n\n"
    "To keep it, please pay the deposit of {amount} before {until}. You don’t need to sign in. The button "
    "below works until you’ve paid or the time is over: please don’t pass this email on.\n\n"
    "Your booking reference is {reference}."
)
BUTTON = "Pay the deposit"


def reword(apps, schema_editor):
    texts = apps.get_model("notifications", "MessageText").objects.filter(key="pay_link", latest_revision=None)
    untouched = texts.filter(subject=SUBJECT, body__in=SHIPPED_BEFORE, button=BUTTON_BEFORE)
    untouched.update(body=BODY, button=BUTTON)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_labels_in_plain_english")]
    operations = [migrations.RunPython(reword, migrations.RunPython.noop)]
