from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "insights"

    def ready(self) -> None:
        from insights import metrics  # noqa: F401
        from insights.anomalies import messages
        from portal.notifications.templates import register

        register(messages.ANOMALIES_FOUND)
