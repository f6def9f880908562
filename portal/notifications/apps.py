from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate, post_save


class NotificationsConfig(AppConfig):
    name = "portal.notifications"
    label = "notifications"

    def ready(self) -> None:
        from portal.common.page_cache import forget_pages
        from portal.notifications.domain.texts import create_missing_page_texts, create_missing_texts
        from portal.notifications.models import PageText

        post_migrate.connect(create_missing_texts, sender=self, dispatch_uid="notifications.texts")
        post_migrate.connect(create_missing_page_texts, sender=self, dispatch_uid="notifications.page_texts")
        for signal in (post_save, post_delete):
            signal.connect(lambda **kwargs: forget_pages(), sender=PageText, weak=False, dispatch_uid="page_texts")
