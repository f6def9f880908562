"""Which page gets which Content-Security-Policy.

The admin has its own (Wagtail needs inline code); a response that a shared cache may keep gets the one without
a nonce; every other page gets the strict one with nonces, and payment pages add Stripe's hosts to it.
"""

from csp.decorators import csp_update
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

payment_page = csp_update(settings.CSP_PAYMENT)


class PolicyMiddleware(CSPMiddleware):
    """django-csp's middleware, told which policy the response takes."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if report_only:
            return parts
        if request.path_info.startswith("/admin/"):
            parts.config = settings.CSP_ADMIN
        elif "public" in response.headers.get("Cache-Control", ""):
            parts.config = settings.CSP_CACHEABLE
        return parts
