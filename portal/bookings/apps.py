from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "portal.bookings"
    label = "bookings"

    def ready(self) -> None:
        from portal.bookings.domain.holds import has_hold
        from portal.bookings.domain.standing import bookings_of_person
        from portal.bookings.messages import TEMPLATES
        from portal.bookings.search import subjects
        from portal.caregivers.domain import keep_while
        from portal.common.search import also_find
        from portal.notifications.templates import register
        from portal.security.sessions import wait_while

        register(*TEMPLATES)
        also_find(subjects)
        wait_while(has_hold)
        keep_while(bookings_of_person)
