"""One search for staff: families, bookings and payments, each as far as the reader's role goes."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from payments.models import Payment
from payments.search import payments
from portal.audit.admin_views import StaffView
from portal.bookings.models import Booking
from portal.bookings.search import bookings
from portal.caregivers.models import Caregiver
from portal.caregivers.search import families
from portal.common.search import Term

SHOWN: Final = 20
SEE_FAMILIES: Final = "caregivers.view_caregiver"
SEE_BOOKINGS: Final = "bookings.view_booking"
SEE_PAYMENTS: Final = "payments.view_payment"
SEARCHES: Final = (SEE_FAMILIES, SEE_BOOKINGS, SEE_PAYMENTS)


def may_search(request: HttpRequest) -> bool:
    """Whether there is anything that the reader could find."""
    return any(request.user.has_perm(permission) for permission in SEARCHES)


@dataclass(frozen=True, slots=True)
class Results:
    """The first rows of one kind; `more` when there are others."""

    rows: list[Any]
    more: bool

    @classmethod
    def of(cls, rows: Any, *, more: bool = False) -> "Results":
        """The first of `rows`."""
        found = list(rows[: SHOWN + 1])
        return cls(found[:SHOWN], more or len(found) > SHOWN)


class SearchView(StaffView):
    """`?q=`: what the caller says."""

    template_name = "coordination/search.html"
    page_title = _("Search")
    header_icon = "search"

    def is_allowed(self) -> bool:
        return may_search(self.request)

    def get(self, request: HttpRequest) -> HttpResponse:
        term = Term.of(request.GET.get("q", ""))
        return self.page(term=term, results=self._results(term) if term else {})

    def _results(self, term: Term) -> dict[str, Results]:
        searches = {
            "families": (SEE_FAMILIES, self._families),
            "bookings": (SEE_BOOKINGS, self._bookings),
            "payments": (SEE_PAYMENTS, self._payments),
        }
        may = self.request.user.has_perm
        return {kind: search(term) for kind, (permission, search) in searches.items() if may(permission)}

    def _families(self, term: Term) -> Results:
        found = families(term, self.request.user, limit=SHOWN)
        rows = Caregiver.objects.select_related("user").prefetch_related("care_recipients").in_bulk(found.keys)
        return Results([rows[key] for key in found.keys], found.more)

    def _bookings(self, term: Term) -> Results:
        rows = Booking.objects.filter(bookings(term, self.request.user)).with_details()
        return Results.of(rows.order_by("-session__starts_at", "-pk"))

    def _payments(self, term: Term) -> Results:
        rows = Payment.objects.filter(payments(term, self.request.user)).select_related("booking__caregiver__user")
        return Results.of(rows.order_by("-created_at", "-pk"))
