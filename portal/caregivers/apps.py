from django.apps import AppConfig


class CaregiversConfig(AppConfig):
    name = "portal.caregivers"
    label = "caregivers"

    def ready(self) -> None:
        from portal.caregivers import receivers  # noqa: F401
        from portal.caregivers.messages import TEMPLATES
        from portal.notifications.templates import register

        register(*TEMPLATES)
