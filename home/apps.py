from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        from home import messages
        from home.models import live_copy
        from home.pages import public
        from payments.deposit_copy import register_source
        from portal.notifications.templates import register

        register(*messages.TEMPLATES)
        register_source(live_copy)
        public.listen()
