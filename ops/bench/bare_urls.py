"""One view with one query."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from wagtail.models import Page


def title(request: HttpRequest) -> HttpResponse:
    """The front page's title."""
    return HttpResponse(Page.objects.values_list("title", flat=True).get(depth=2, slug="home"))


urlpatterns = [path("", title)]
