"""Our generated dj-stripe migrations are in step with the dj-stripe that is installed."""

from io import StringIO

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_nothing_is_left_to_generate() -> None:
    said = StringIO()
    call_command("makemigrations", "djstripe", check_changes=True, dry_run=True, stdout=said)
    assert said.getvalue() == "No changes detected in app 'djstripe'\n"
