"""The organisation's colours as a stylesheet of its own: no page has inline styles."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from portal.organisation import colours


class ColoursConverter:
    """The three chosen colours, each as rrggbb or none."""

    regex = r"(?:[0-9a-f]{6}|none)(?:-(?:[0-9a-f]{6}|none)){2}"

    def to_python(self, value: str) -> tuple[str, ...]:
        return tuple("" if part == "none" else f"#{part}" for part in value.split("-"))

    def to_url(self, value: str) -> str:
        return value


@require_safe
@cache_control(public=True, max_age=31536000, immutable=True)
def stylesheet(request: HttpRequest, chosen: tuple[str, str, str]) -> HttpResponse:
    """It depends on its address alone: other colours have another one, so that it is kept for a year."""
    accent, accent_dark, footer = chosen
    light, dark = colours.light_palette(accent), colours.dark_palette(accent_dark, accent)
    return _css(colours.stylesheet(light, dark, footer or colours.SHIPPED_FOOTER))


@require_safe
@cache_control(public=True, max_age=31536000, immutable=True)
def admin_stylesheet(request: HttpRequest, chosen: tuple[str, str, str]) -> HttpResponse:
    """The same for Wagtail's admin."""
    accent, accent_dark, _footer = chosen
    return _css(colours.admin_stylesheet(colours.light_palette(accent), colours.dark_palette(accent_dark, accent)))


def _css(rules: str) -> HttpResponse:
    return HttpResponse(rules, content_type="text/css; charset=utf-8")
