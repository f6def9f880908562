from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from django.core.checks import register as register_check

        from payments import audit_names, messages, metrics, page_texts, staff_messages  # noqa: F401
        from payments.gateway import check_gateway
        from payments.mirror_secrets import keep_secrets_out
        from payments.queries import is_paying
        from payments.search import subjects
        from portal.audit.domain.names import name_records
        from portal.common.search import also_find
        from portal.notifications.page_texts import register as register_texts
        from portal.notifications.templates import register
        from portal.security.sessions import wait_while

        register_check(check_gateway)
        wait_while(is_paying)
        register(*messages.TEMPLATES, *staff_messages.TEMPLATES)
        register_texts(*page_texts.TEMPLATES)
        keep_secrets_out()
        also_find(subjects)
        name_records("payments.payment", audit_names.payments)
        name_records("payments.refund", audit_names.refunds)
        name_records("payments.dispute", audit_names.disputes)
