from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        from home.pages import public
        from home.pages.models import live_copy
        from payments.deposit_copy import register_source

        register_source(live_copy)
        public.listen()
