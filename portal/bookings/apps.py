from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "portal.bookings"
    label = "bookings"

    def ready(self) -> None:
        from portal.bookings.queries import holds_now
        from portal.security.sessions import wait_while

        wait_while(holds_now)
