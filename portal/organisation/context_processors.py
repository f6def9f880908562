"""What every template may show of the organisation."""

from django.conf import settings
from django.http import HttpRequest

from portal.organisation.profile import site_profile


def site(request: HttpRequest) -> dict[str, object]:
    """The organisation, and whether this is the demo."""
    profile = site_profile()
    return {
        "site_name": profile.name,
        "demo_banner": settings.DEMO,
        "organisation": profile.details,
        "site_profile": profile,
    }
