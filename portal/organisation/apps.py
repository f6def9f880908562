from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.models.signals import post_delete, post_migrate, post_save


class OrganisationConfig(AppConfig):
    name = "portal.organisation"
    label = "organisation"

    def ready(self) -> None:
        from portal.organisation.models import SiteSettings

        post_migrate.connect(_make_row, sender=self, dispatch_uid="organisation.row")
        for signal in (post_save, post_delete):
            signal.connect(_forget, sender=SiteSettings, dispatch_uid="organisation.forget")


def _make_row(**kwargs: Any) -> None:
    """The one row that editors change (nothing when migrated back to zero)."""
    from portal.organisation.models import SiteSettings

    if SiteSettings._meta.db_table in connection.introspection.table_names() and not SiteSettings.objects.exists():
        SiteSettings.objects.bulk_create([SiteSettings()])  # without signals: the cache has no table yet


def _forget(**kwargs: Any) -> None:
    from portal.common.page_cache import forget_pages

    forget_pages()
