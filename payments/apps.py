from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from payments import messages, metrics, staff_messages  # noqa: F401
        from portal.notifications.templates import register

        register(*messages.TEMPLATES, *staff_messages.TEMPLATES)
