"""From a bar or a row to the listing of what it counts, for those who may see that listing; "" for everyone else.

A day's address is a template: the browser puts the day in for DAY and the one after it for NEXT.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol
from urllib.parse import urlencode

from django.urls import reverse

from insights.kpis.filters import Filter

DAY: Final = "{day}"
NEXT: Final = "{next}"


class Viewer(Protocol):
    """The person whose permissions count."""

    def has_perm(self, perm: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Listing:
    """`route` is for those with `permission`. `first` and `last` name its date parameters; `last` is the last day
    itself when `inclusive`, else the day after. `service` names its service parameter, if it has one."""

    route: str
    permission: str
    first: str
    last: str
    inclusive: bool = False
    service: str = ""

    def of_period(self, viewer: Viewer, filters: Filter, **more: str) -> str:
        """The address of the rows of the whole period."""
        after = filters.last if self.inclusive else filters.last + timedelta(days=1)
        return self._address(viewer, filters, f"{filters.first}", f"{after}", more)

    def of_day(self, viewer: Viewer, filters: Filter, **more: str) -> str:
        """The address template for the rows of a day."""
        address = self._address(viewer, filters, "-day-", "-day-" if self.inclusive else "-next-", more)
        return address.replace("-day-", DAY).replace("-next-", NEXT)

    def _address(self, viewer: Viewer, filters: Filter, first: str, last: str, more: Mapping[str, str]) -> str:
        if not viewer.has_perm(self.permission):
            return ""
        of_service = {self.service: filters.service_id} if self.service and filters.service_id else {}
        return f"{reverse(self.route)}?{urlencode({self.first: first, self.last: last, **of_service, **more})}"


_BOOKINGS: Final = ("wagtailsnippets_bookings_booking:list", "bookings.view_booking")
BOOKINGS: Final = Listing(*_BOOKINGS, "created_at_from", "created_at_to", inclusive=True, service="session__service")
ATTENDANCE: Final = Listing(
    *_BOOKINGS, "session__starts_at_from", "session__starts_at_to", inclusive=True, service="session__service"
)
SESSIONS: Final = Listing(
    "wagtailsnippets_bookings_session:list",
    "bookings.view_session",
    "starts_at_from",
    "starts_at_to",
    inclusive=True,
    service="service",
)
_PAYMENTS: Final = ("payments_payment_modeladmin_index", "payments.view_payment")
_OF_PAYMENT: Final = "booking__session__service__id__exact"
_OF_ITS_PAYMENT: Final = f"payment__{_OF_PAYMENT}"
PAYMENTS: Final = Listing(*_PAYMENTS, "created_at__gte", "created_at__lt", service=_OF_PAYMENT)
DEPOSITS: Final = Listing(*_PAYMENTS, "succeeded_at__gte", "succeeded_at__lt", service=_OF_PAYMENT)
DEPOSITS_BY_STAGE: Final = Listing(
    *_PAYMENTS, "booking__created_at__gte", "booking__created_at__lt", service=_OF_PAYMENT
)
ATTEMPTS: Final = Listing(
    "payments_paymentattempt_modeladmin_index",
    "payments.view_paymentattempt",
    "occurred_at__gte",
    "occurred_at__lt",
    service=_OF_ITS_PAYMENT,
)
REFUNDS: Final = Listing(
    "payments_refund_modeladmin_index",
    "payments.view_refund",
    "settled_at__gte",
    "settled_at__lt",
    service=_OF_ITS_PAYMENT,
)
DISPUTES: Final = Listing(
    "payments_dispute_modeladmin_index",
    "payments.view_dispute",
    "opened_at__gte",
    "opened_at__lt",
    service=_OF_ITS_PAYMENT,
)
NOTIFICATIONS: Final = Listing(
    "notifications_notification_modeladmin_index",
    "notifications.view_notification",
    "created_at__gte",
    "created_at__lt",
)
EVENTS: Final = Listing(
    "payments_receivedevent_modeladmin_index", "payments.view_receivedevent", "received_at__gte", "received_at__lt"
)
