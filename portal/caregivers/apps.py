from django.apps import AppConfig


class CaregiversConfig(AppConfig):
    name = "portal.caregivers"
    label = "caregivers"

    def ready(self) -> None:
        from portal.caregivers import receivers  # noqa: F401
