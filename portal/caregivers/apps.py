from django.apps import AppConfig


class CaregiversConfig(AppConfig):
    name = "portal.caregivers"
    label = "caregivers"

    def ready(self) -> None:
        from portal.caregivers import receivers  # noqa: F401
        from portal.caregivers.messages import TEMPLATES
        from portal.caregivers.search import subjects
        from portal.common.search import also_find
        from portal.notifications.templates import register

        register(*TEMPLATES)
        also_find(subjects)
