"""What every page for care coordinators does first: permission, title, breadcrumbs."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from portal.accounts import reauthentication
from portal.audit.actor import Cause, Source, actor_of
from portal.bookings.models import Booking, Session

Crumbs = list[dict[str, str]]
Parents = tuple[tuple[str, str | Promise], ...]


class CoordinationView(WagtailAdminTemplateMixin, View):
    """A page for care coordinators; users without all of `permissions` get a 403.

    Where `sends_money_back`, its form asks for a recent authentication, and keeps what was typed meanwhile.
    """

    permissions: ClassVar[tuple[str, ...]] = ()
    sends_money_back: ClassVar[bool] = False
    header_icon = "calendar-alt"
    parents: ClassVar[Parents] = (("coordination:day", _("Care desk")),)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perms(self.permissions):
            raise PermissionDenied
        if self.sends_money_back and request.method == "POST" and (asked := reauthentication.detour(request)):
            return asked
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get_breadcrumbs_items(self) -> Crumbs:
        """Home, the parents, this page."""
        above = [{"url": reverse(name), "label": str(label)} for name, label in self.parents]
        return [*self.breadcrumbs_items, *above, {"url": "", "label": str(self.get_page_title())}]

    def page(self, *, status: int = 200, **context: Any) -> HttpResponse:
        """The page with `context`."""
        response: HttpResponse = self.render_to_response(self.get_context_data(**context), status=status)
        return response

    @property
    def cause(self) -> Cause:
        """The signed-in member of staff, for the audit trail."""
        return Cause(actor_of(self.request), Source.STAFF)


def bookings() -> Any:
    """Bookings with the rows that these pages show."""
    return Booking.objects.with_details().prefetch_related("payments")


def sessions() -> Any:
    """Sessions with their service."""
    return Session.objects.select_related("service")
