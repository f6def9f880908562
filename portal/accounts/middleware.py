"""Gates in front of the staff's side."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from portal.accounts import reauthentication
from portal.common.refusals import refused

GetResponse = Callable[[HttpRequest], HttpResponse]
ADMIN_PREFIX = "/admin/"
CHOOSERS = "/admin/snippets/choose/"


def _wants_json(request: HttpRequest) -> bool:
    return request.path.endswith(".json") or request.headers.get("X-Requested-With") == "XMLHttpRequest"


class StaffSecondFactorMiddleware:
    """Staff enter the admin with a second factor, shown in this session; without one they are sent to set it up."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._lacks_second_factor(request):
            if is_mfa_enabled(request.user):
                return reauthentication.question(request, back=request.get_full_path())
            messages.warning(request, _("To open the admin, first set up a second step: an app or a passkey."))
            return redirect("mfa_index")
        return self.get_response(request)

    @staticmethod
    def _lacks_second_factor(request: HttpRequest) -> bool:
        if not settings.STAFF_SECOND_FACTOR_REQUIRED or not request.path.startswith(ADMIN_PREFIX):
            return False
        if not request.user.is_authenticated:
            return False
        methods = request.session.get("account_authentication_methods", [])
        return not any(entry.get("method") == "mfa" for entry in methods)


class AdminAccessMiddleware:
    """Signed out: to sign-in. Signed in without permission: 403. Wagtail's own redirect would loop with allauth."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(ADMIN_PREFIX):
            return self.get_response(request)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.has_perm("wagtailadmin.access_admin"):
            return self._refusal(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Wagtail's snippet choosers list rows to all staff; here only to those who may see the model's rows."""
        model = getattr(view, "view_initkwargs", {}).get("model")
        if not request.path.startswith(CHOOSERS) or model is None:
            return None
        actions = ["add"] if request.path.endswith("/create/") else ["view", "add", "change", "delete"]
        allowed = model.snippet_viewset.permission_policy.user_has_any_permission(request.user, actions)
        return None if allowed else self._refusal(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, PermissionDenied) and request.path.startswith(ADMIN_PREFIX):
            return self._refusal(request)
        return None

    @staticmethod
    def _refusal(request: HttpRequest) -> HttpResponse:
        if _wants_json(request):
            return JsonResponse({"error": _("Your account doesn’t have access to this.")}, status=403)
        return refused(request, "403.html", 403)


class PrivateAnswersMiddleware:
    """What a signed-in person sees is kept by no browser and no proxy (OWASP ASVS 5.0, 14.3.1 and 14.3.2).

    An answer that says itself how it may be kept, as a film in the library does, keeps its own word.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        if _has_just_signed_out(request):
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response


def _has_just_signed_out(request: HttpRequest) -> bool:
    match = request.resolver_match
    return request.method == "POST" and match is not None and match.url_name == "account_logout"
