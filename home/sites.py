"""Which site a page is asked of, kept in each process until public pages change.

Wagtail asks the database for it with every request, and looks at the request first.
"""

from collections.abc import Callable
from typing import Any, Final

from django.core.cache import caches
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from wagtail import views
from wagtail.models import Site

from portal.common.page_cache import pages_version

SECONDS: Final = 60


class SiteMiddleware:
    """Puts the site where Wagtail looks first, for requests of pages only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        if view is views.serve:
            setattr(request, "_wagtail_site", _site_of(request))  # noqa: B010  its documented place, unknown to types


def _site_of(request: HttpRequest) -> Site | None:
    key = f"site:{pages_version()}:{request.get_host()}:{request.get_port()}"
    site: Site | None = caches["local"].get(key)
    if site is None:
        site = Site.find_for_request(request)
        caches["local"].set(key, site, SECONDS)
    return site
