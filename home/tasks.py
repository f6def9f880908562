"""Beat's editorial work."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.core.management import call_command

from portal.common.page_cache import forget_pages
from portal.organisation.profile import banner_turns

BANNERS_SEEN: Final = timedelta(minutes=3)  # beat comes every minute: a run that is late misses none


@shared_task(name="home.tasks.publish_scheduled")
def publish_scheduled() -> None:
    """Publish and unpublish what editors scheduled for now; a banner that begins or ends is one of them."""
    try:
        call_command("publish_scheduled")
    finally:  # a page that cannot be published keeps no banner
        if banner_turns(within=BANNERS_SEEN):
            forget_pages()
