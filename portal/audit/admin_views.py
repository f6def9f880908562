"""The base of our pages in Wagtail's admin: who may open one, and whom the audit trail names for what it changes."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.views.generic import View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from portal.accounts import reauthentication
from portal.audit.actor import Cause, Source, actor_of

Parents = tuple[tuple[str, str | Promise], ...]


class StaffView(WagtailAdminTemplateMixin, View):
    """A page of the admin; users without all of `permissions` get a 403.

    Where it `needs_recent_authentication`, its form asks for one, and keeps what was typed meanwhile. `parents` are
    the pages above, as (name of the address, label).
    """

    permissions: ClassVar[tuple[str, ...]] = ()
    needs_recent_authentication: ClassVar[bool] = False
    parents: ClassVar[Parents] = ()
    page_title: str | Promise = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.is_allowed():
            raise PermissionDenied
        asks = self.needs_recent_authentication and request.method == "POST"
        return (reauthentication.reauthenticate_first(request) if asks else None) or super().dispatch(
            request, *args, **kwargs
        )

    def is_allowed(self) -> bool:
        """Whether the user may open the page."""
        return self.request.user.has_perms(self.permissions)

    def get_parents(self) -> list[tuple[str, str]]:
        """The pages above, as (address, label)."""
        return [(reverse(name), str(label)) for name, label in self.parents]

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        """Home, the parents, this page."""
        above = [{"url": url, "label": label} for url, label in self.get_parents()]
        return [*self.breadcrumbs_items, *above, {"url": "", "label": str(self.get_page_title())}]

    def page(self, *, status: int = 200, **context: Any) -> HttpResponse:
        """The page with `context`."""
        response: HttpResponse = self.render_to_response(self.get_context_data(**context), status=status)
        return response

    @property
    def cause(self) -> Cause:
        """The signed-in member of staff, for the audit trail."""
        return Cause(actor_of(self.request), Source.STAFF)
