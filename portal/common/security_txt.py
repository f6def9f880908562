"""Where to write about a weakness of the portal. Source: RFC 9116."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from portal.common import clock

GOOD_FOR: Final = timedelta(days=180)  # the standard asks for less than a year


@require_safe
@cache_control(public=True, max_age=24 * 60 * 60)
def security_txt(request: HttpRequest) -> HttpResponse:
    """The file: its address is fixed, its contact is a setting."""
    contact = settings.SECURITY_CONTACT
    lines = {
        "Contact": f"mailto:{contact}" if "@" in contact else contact,
        "Expires": f"{clock.now() + GOOD_FOR:%Y-%m-%dT00:00:00Z}",
        "Canonical": f"{settings.BASE_URL}/.well-known/security.txt",
        "Preferred-Languages": "en",
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
