"""Search of the site's public pages."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.models import Page, Site

from portal.security import limits

PER_PAGE: Final = 10
MOST_LETTERS: Final = 100


@never_cache
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Published pages of this site that everybody may read, best first."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:MOST_LETTERS]
    if not query:
        return render(request, "home/search.html", {"query": "", "page_obj": None})
    refusal = limits.or_429(request, "search")
    if refusal:
        return refusal
    page = Paginator(_found(request, query), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "home/search.html", {"query": query, "page_obj": page if page.paginator.count else None})


def _found(request: HttpRequest, query: str) -> Any:
    site = Site.find_for_request(request)
    pages = Page.objects.live().public()
    return (pages.descendant_of(site.root_page, inclusive=True) if site else pages.none()).search(query)
