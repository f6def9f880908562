from django.apps import AppConfig
from django.db.models.signals import post_migrate


class NotificationsConfig(AppConfig):
    name = "portal.notifications"
    label = "notifications"

    def ready(self) -> None:
        from portal.notifications.domain.texts import create_missing_texts

        post_migrate.connect(create_missing_texts, sender=self, dispatch_uid="notifications.texts")
