"""What every template may show."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """The organisation and whether this is the demo."""
    return {"site_name": settings.SITE_NAME, "demo_banner": settings.DEMO, "organisation": settings.ORGANISATION}
