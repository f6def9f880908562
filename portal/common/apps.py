from django.apps import AppConfig
from django.core import checks


class CommonConfig(AppConfig):
    name = "portal.common"
    label = "common"

    def ready(self) -> None:
        from portal.common import stored_secrets  # noqa: F401
        from portal.common.checks import check_settings
        from portal.common.spreadsheets import guard_wagtails_exports

        checks.register(check_settings)
        guard_wagtails_exports()
