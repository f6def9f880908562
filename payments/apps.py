from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from payments import messages, metrics, staff_messages  # noqa: F401
        from payments.mirror_secrets import keep_secrets_out
        from portal.notifications.templates import register

        register(*messages.TEMPLATES, *staff_messages.TEMPLATES)
        keep_secrets_out()
