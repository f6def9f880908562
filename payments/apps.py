from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from payments import metrics  # noqa: F401
        from payments.messages import TEMPLATES
        from portal.notifications.templates import register

        register(*TEMPLATES)
