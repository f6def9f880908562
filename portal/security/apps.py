from django.apps import AppConfig


class SecurityConfig(AppConfig):
    name = "portal.security"
    label = "security"

    def ready(self) -> None:
        from portal.notifications.templates import register
        from portal.security import account_mail, receivers  # noqa: F401
        from portal.security.messages import TEMPLATES

        register(*TEMPLATES)
