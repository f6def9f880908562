"""What the security log cannot learn from a signal: refusals."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from portal.security.events import Outcome, SecurityEvent
from portal.security.log import record

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RefusalLogMiddleware:
    """Notes each 403: a missing permission, wherever it was found missing. A form without its token notes itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 403 and not hasattr(response, "noted"):
            match = request.resolver_match
            record(
                SecurityEvent.PERMISSION,
                outcome=Outcome.REFUSED,
                request=request,
                view=match.view_name if match else "",
                method=request.method,
            )
        return response
