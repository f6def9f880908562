"""Wagtail's and allauth's own addresses, as far as this portal mounts them.

Wagtail brings Django's views for signing in, signing out and resetting a password. They know nothing of the second
factor, of verified addresses or of limits, so none of them is mounted, not even behind a pattern that wins: allauth
is the only way in. Their names stay, because Wagtail's own code and templates reverse them.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from allauth import urls as allauth_urls
from allauth.account import views as allauth_views
from django.contrib.auth import views as django_auth_views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views import account

from portal.accounts.reauthentication import with_factor

Patterns = list[URLPattern | URLResolver]
ELSEWHERE: Final = (account.NameEmailSettingsPanel, account.AvatarSettingsPanel, account.ChangePasswordPanel)
REPLACED: Final = frozenset(["wagtailadmin_account"])
HARDENED: Final = {"account_change_password": with_factor, "account_set_password": with_factor}

sign_in = RedirectView.as_view(pattern_name="account_login", query_string=True)


def sign_out(request: HttpRequest) -> HttpResponse:
    """The admin's user menu posts here, and allauth signs out; a link leads to the page that asks first."""
    leaving: HttpResponse = allauth_views.logout(request) if request.method == "POST" else redirect("account_logout")
    return leaving


class AccountView(account.AccountView):
    """Wagtail's account page without what belongs elsewhere: email and password to allauth, names to administrators.

    Its picture would be an upload that nobody examines.
    """

    def get_panels(self) -> list[account.BaseSettingsPanel]:
        panels = super().get_panels()
        return [panel for panel in panels if not isinstance(panel, ELSEWHERE)]


def reachable(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern | URLResolver]:
    """`patterns` without the closed ones and with the hardened ones, however deep they are included."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield URLResolver(
                pattern.pattern,
                list(reachable(pattern.url_patterns)),
                pattern.default_kwargs,
                pattern.app_name,
                pattern.namespace,
            )
        elif pattern.name not in REPLACED and not _is_djangos_account_view(pattern):
            harden = HARDENED.get(pattern.name or "")
            yield URLPattern(
                pattern.pattern,
                harden(pattern.callback) if harden else pattern.callback,
                pattern.default_args,
                pattern.name,
            )


def _is_djangos_account_view(pattern: URLPattern) -> bool:
    view_class = getattr(pattern.callback, "view_class", object)
    return any(base.__module__ == django_auth_views.__name__ for base in view_class.__mro__)


admin: Patterns = [
    path("login/", sign_in, name="wagtailadmin_login"),
    path("logout/", sign_out, name="wagtailadmin_logout"),
    path("account/", never_cache(require_admin_access(AccountView.as_view())), name="wagtailadmin_account"),
    *reachable(wagtailadmin_urls.urlpatterns),
]
accounts: Patterns = list(reachable(allauth_urls.urlpatterns))
site: Patterns = [
    path("_util/login/", sign_in, name="wagtailcore_login"),
    *reachable(wagtail_urls.urlpatterns),
]
