"""Wagtail's own addresses, as far as this portal mounts them.

Wagtail brings Django's views for signing in, signing out and resetting a password. They know nothing of the second
factor, of verified addresses or of limits, so none of them is mounted, not even behind a pattern that wins: allauth
is the only way in. Their names stay, because Wagtail's own code and templates reverse them.
"""

from collections.abc import Iterable, Iterator

from allauth.account import views as allauth_views
from django.contrib.auth import views as django_auth_views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

Patterns = list[URLPattern | URLResolver]

sign_in = RedirectView.as_view(pattern_name="account_login", query_string=True)


def sign_out(request: HttpRequest) -> HttpResponse:
    """The admin's user menu posts here, and allauth signs out; a link leads to the page that asks first."""
    leaving: HttpResponse = allauth_views.logout(request) if request.method == "POST" else redirect("account_logout")
    return leaving


def reachable(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern | URLResolver]:
    """`patterns` without Django's own account views, however deep they are included."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield URLResolver(
                pattern.pattern,
                list(reachable(pattern.url_patterns)),
                pattern.default_kwargs,
                pattern.app_name,
                pattern.namespace,
            )
        elif not _is_djangos_account_view(pattern):
            yield pattern


def _is_djangos_account_view(pattern: URLPattern) -> bool:
    view_class = getattr(pattern.callback, "view_class", object)
    return any(base.__module__ == django_auth_views.__name__ for base in view_class.__mro__)


admin: Patterns = [
    path("login/", sign_in, name="wagtailadmin_login"),
    path("logout/", sign_out, name="wagtailadmin_logout"),
    *reachable(wagtailadmin_urls.urlpatterns),
]
site: Patterns = [
    path("_util/login/", sign_in, name="wagtailcore_login"),
    *reachable(wagtail_urls.urlpatterns),
]
