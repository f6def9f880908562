"""What the portal is compared with: one view with one query, and dj-stripe's own webhook view."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from wagtail.models import Page


def title(request: HttpRequest) -> HttpResponse:
    """The front page's title."""
    return HttpResponse(Page.objects.values_list("title", flat=True).get(depth=2, slug="home"))


urlpatterns = [path("", title), path("stripe/", include("djstripe.urls", namespace="djstripe"))]
