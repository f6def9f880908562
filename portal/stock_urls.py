"""Wagtail's and allauth's own addresses, as far as this portal mounts them.

Wagtail brings Django's views for signing in, signing out and resetting a password. They know nothing of the second
factor, of verified addresses or of limits, so none of them is mounted, not even behind a pattern that wins: allauth
is the only way in. Their names stay, because Wagtail's own code and templates reverse them.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Final, Never

from allauth import urls as allauth_urls
from allauth.account import views as allauth_views
from django.contrib.auth import views as django_auth_views
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views import account
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.images import get_image_model
from wagtail.images.permissions import permission_policy as image_permission_policy
from wagtail.models import Page
from wagtail.permissions import page_permission_policy

from portal.accounts.reauthentication import with_factor

Patterns = list[URLPattern | URLResolver]
ELSEWHERE: Final = (account.NameEmailSettingsPanel, account.AvatarSettingsPanel, account.ChangePasswordPanel)
KEEP_PAGES: Final = ("add", "change", "publish", "bulk_delete", "lock", "unlock")
REPLACED: Final = frozenset(["wagtailadmin_account"])
CLOSED: Final = {  # full name, or the route of a nameless one: why nobody may open it
    "test404/": "a page to look at an error page",
    "wagtailadmin_error_test": "raises an error on purpose",
    "wagtailforms:index": "no page type here is a form",
    "wagtailforms:index_results": "no page type here is a form",
    "wagtailforms:list_submissions": "no page type here is a form",
    "wagtailforms:list_submissions_results": "no page type here is a form",
    "wagtailforms:delete_submissions": "no page type here is a form",
    "wagtailembeds:chooser": "asks no permission; text here embeds nothing from other sites",
    "wagtailembeds:chooser_upload": "asks no permission; text here embeds nothing from other sites",
    "wagtailimages:url_generator": "makes addresses for a view that is not mounted",
    "wagtailimages:url_generator_output": "makes addresses for a view that is not mounted",
    "wagtailimages:preview": "makes any rendition that its address asks for",
    "wagtailadmin_api:documents:listing": "lists every document to all staff; nothing uses it",
    "wagtailadmin_api:documents:detail": "shows every document to all staff; nothing uses it",
    "wagtailadmin_api:documents:find": "finds every document for all staff; nothing uses it",
    "wagtailadmin_api:images:listing": "lists every picture to all staff; nothing uses it",
    "wagtailadmin_api:images:detail": "shows every picture to all staff; nothing uses it",
    "wagtailadmin_api:images:find": "finds every picture for all staff; nothing uses it",
    "wagtailsnippetchoosers_notifications_pagetext:create": "nothing is made inside a chooser of it",
    "wagtailsnippetchoosers_notifications_messagetext:create": "nothing is made inside a chooser of it",
    "wagtailsnippetchoosers_home_contactmessage:create": "nothing is made inside a chooser of it",
    "wagtailsnippetchoosers_organisation_sitesettings:create": "nothing is made inside a chooser of it",
    "wagtailsnippetchoosers_media_library_category:create": "nothing is made inside a chooser of it",
    "wagtailsnippetchoosers_media_library_mediaitem:create": "nothing is made inside a chooser of it",
    "wagtailsnippetchoosers_bookings_booking:create": "nothing is made inside a chooser of it",
    "wagtailsnippetchoosers_bookings_closure:create": "nothing is made inside a chooser of it",
    "wagtailsnippetchoosers_bookings_question:create": "nothing is made inside a chooser of it",
    "wagtailsnippetchoosers_bookings_service:create": "nothing is made inside a chooser of it",
    "wagtailsnippetchoosers_bookings_session:create": "nothing is made inside a chooser of it",
    "wagtailcore_authenticate_with_password": "a shared password, kept in clear and guessed without limit",
    "wagtaildocs_authenticate_with_password": "a shared password, kept in clear and guessed without limit",
}


sign_in = RedirectView.as_view(pattern_name="account_login", query_string=True)


def sign_out(request: HttpRequest) -> HttpResponse:
    """The admin's user menu posts here, and allauth signs out; a link leads to the page that asks first."""
    leaving: HttpResponse = allauth_views.logout(request) if request.method == "POST" else redirect("account_logout")
    return leaving


def without_people(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wagtail's actions on many rows at once, except accounts: they would touch superusers, and leave no audit row."""

    @wraps(view)
    def wrapped(request: HttpRequest, app_label: str, *args: str, **kwargs: str) -> HttpResponse:
        if app_label == "accounts":
            raise Http404("accounts are changed one by one")
        return view(request, app_label, *args, **kwargs)

    return wrapped


def with_uploaded_file(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The import of redirects begins anew when its form does not name, signed, a file that is there."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        try:
            for name in ("import_file_name", "input_format"):
                Signer().unsign(request.POST.get(name, ""))
            return view(request)
        except (BadSignature, FileNotFoundError):
            return redirect("wagtailredirects:start_import")

    return wrapped


def for_keepers_of_pages(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Questions about one page, which Wagtail asks all staff before it looks at who may do what is asked."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: int, **kwargs: int) -> HttpResponse:
        if not page_permission_policy.user_has_any_permission(request.user, KEEP_PAGES):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapped


def for_keepers_of_wording(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The same question about a text, which Wagtail asks all staff, too."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: int, **kwargs: int) -> HttpResponse:
        if not request.user.has_perm("notifications.change_messagetext"):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapped


def below_the_root(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The root of all pages has no parent, which Wagtail asks about locks and order."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: int, **kwargs: int) -> HttpResponse:
        if Page.objects.filter(pk__in=[*args, *kwargs.values()], depth=1).exists():
            raise Http404("not a page of the site")
        return view(request, *args, **kwargs)

    return wrapped


def for_choosers_of_images(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The last step of choosing a picture shows it: only to those who may choose it, as the steps before."""

    @wraps(view)
    def wrapped(request: HttpRequest, image_id: int) -> HttpResponse:
        image = get_object_or_404(get_image_model(), pk=image_id)
        if not image_permission_policy.user_has_permission_for_instance(request.user, "choose", image):
            raise PermissionDenied
        return view(request, image_id)

    return wrapped


def with_an_address(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The form of a link elsewhere is refused without its field, which Wagtail reads before it looks."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and "external-link-chooser-url" not in request.POST:
            raise BadRequest("a link without an address")
        return view(request)

    return wrapped


HARDENED: Final = {
    "wagtailadmin_pages:move_confirm": for_keepers_of_pages,
    "wagtailadmin_pages:confirm_workflow_cancellation": for_keepers_of_pages,
    "wagtailsnippets_notifications_messagetext:confirm_workflow_cancellation": for_keepers_of_wording,
    "wagtailsnippets_notifications_pagetext:confirm_workflow_cancellation": for_keepers_of_wording,
    "wagtailimages_chooser:select_format": for_choosers_of_images,
    "wagtailadmin_pages:lock": below_the_root,
    "wagtailadmin_pages:unlock": below_the_root,
    "wagtailadmin_pages:set_page_position": below_the_root,
    "wagtailadmin_choose_page_external_link": with_an_address,
    "wagtailredirects:process_import": with_uploaded_file,
    "account_change_password": with_factor,
    "account_set_password": with_factor,
    "wagtail_bulk_action": without_people,
}


class AccountView(account.AccountView):
    """Wagtail's account page without what belongs elsewhere: email and password to allauth, names to administrators.

    Its picture would be an upload that nobody examines.
    """

    def get_panels(self) -> list[account.BaseSettingsPanel]:
        panels = super().get_panels()
        return [panel for panel in panels if not isinstance(panel, ELSEWHERE)]


def closed(request: HttpRequest, *args: object, **kwargs: object) -> Never:
    """Stands where a stock screen was: its name can still be reversed by the menu and by templates."""
    raise Http404("not part of this portal")


def reachable(patterns: Patterns, namespace: str = "") -> Iterator[URLPattern | URLResolver]:
    """`patterns` without Django's account views, with the closed and the hardened ones, however deep they are."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield URLResolver(
                pattern.pattern,
                list(
                    reachable(pattern.url_patterns, namespace + (f"{pattern.namespace}:" if pattern.namespace else ""))
                ),
                pattern.default_kwargs,
                pattern.app_name,
                pattern.namespace,
            )
        elif pattern.name not in REPLACED and not _is_djangos_account_view(pattern):
            name = namespace + (pattern.name or str(pattern.pattern))
            harden = HARDENED.get(name)
            view = closed if name in CLOSED else harden(pattern.callback) if harden else pattern.callback
            yield URLPattern(pattern.pattern, view, pattern.default_args, pattern.name)


def _is_djangos_account_view(pattern: URLPattern) -> bool:
    view_class = getattr(pattern.callback, "view_class", object)
    return any(base.__module__ == django_auth_views.__name__ for base in view_class.__mro__)


admin: Patterns = [
    path("login/", sign_in, name="wagtailadmin_login"),
    path("logout/", sign_out, name="wagtailadmin_logout"),
    path("account/", never_cache(require_admin_access(AccountView.as_view())), name="wagtailadmin_account"),
    *reachable(wagtailadmin_urls.urlpatterns),
]
documents: Patterns = list(reachable(wagtaildocs_urls.urlpatterns))
accounts: Patterns = list(reachable(allauth_urls.urlpatterns))
site: Patterns = [
    path("_util/login/", sign_in, name="wagtailcore_login"),
    *reachable(wagtail_urls.urlpatterns),
]
