"""Who writes: for every email, ours and Wagtail's, which has no request that could say it."""

from django import template
from django.conf import settings

from portal.organisation.profile import site_profile

register = template.Library()


@register.simple_tag
def organisation() -> dict[str, object]:
    """The organisation's contact details, with its `name`, the site's `url` and the palettes `light` and `dark`.

    `has_logo` leaves the shipped mark out: an email loads nothing, and so shows the name of who has a logo of its own.
    """
    profile = site_profile()
    own = {"name": profile.name, "url": settings.BASE_URL, "has_logo": profile.logo is not None}
    return {**profile.details, **own, "light": profile.light, "dark": profile.dark}
