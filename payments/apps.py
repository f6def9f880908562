from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from django.core.checks import register as register_check

        from payments import messages, metrics, staff_messages  # noqa: F401
        from payments.checks import check_gateway
        from payments.mirror_secrets import keep_secrets_out
        from payments.queries import pays_now
        from portal.notifications.templates import register
        from portal.security.sessions import wait_while

        register_check(check_gateway)
        wait_while(pays_now)
        register(*messages.TEMPLATES, *staff_messages.TEMPLATES)
        keep_secrets_out()
