"""Every page that says no. It stands alone where it must: without static files, database or a readable request."""

import logging
from typing import Any, Final

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

logger = logging.getLogger("portal.refusals")
RETRY_AFTER_SECONDS: Final = 300
ALONE: Final = "components/alone.html"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request cannot be read."""
    return refused(request, "400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: this account may not."""
    return refused(request, "403.html", 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form that came without its token: usually an expired session, so say what to do."""
    return refused(request, "403_csrf.html", 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing is there."""
    return refused(request, "404.html", 404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429: somebody was too quick; says what to do, and to programs when to come back."""
    if request.path.endswith(".json"):
        response: HttpResponse = JsonResponse(
            {"error": _("Too many attempts. Wait a few minutes, then try again.")}, status=429
        )
    else:
        response = refused(request, "429.html", 429)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500: the fault is ours; nothing that a page usually needs is trusted any more."""
    return alone(request, "500.html", 500)


def refused(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """The page within the site's layout, or alone when that cannot be made."""
    try:
        return HttpResponse(render_to_string(template, request=request), status=status)
    except Exception:  # whatever is broken, the visitor is told what happened to their request
        logger.exception("a refusal is shown without the site's layout", extra={"template": template})
        return alone(request, template, status)


def alone(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """The page in a layout that needs nothing; of the request only its path is read."""
    context: dict[str, Any] = {"layout": ALONE, "stylesheet": _stylesheet(), "path": request.path}
    return HttpResponse(render_to_string(template, context), status=status)


def _stylesheet() -> str:
    """Its address; empty when static files were not collected."""
    try:
        return str(staticfiles_storage.url("portal/css/portal.css"))
    except ValueError:
        return ""
