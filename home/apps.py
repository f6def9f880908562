from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        from home import public
        from home.models import live_copy
        from payments.copy import register_source

        register_source(live_copy)
        public.listen()
