"""The organisation as everything shows it: pages, emails, papers and calendars read `site_profile()`.

What editors have published, and where they left a field empty what the installation's settings say. Kept in each
process until public pages change, like the pages themselves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.cache import caches
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import Image, SourceImageIOError
from wagtail.models import Page, Site

from portal.common import clock
from portal.common.page_cache import pages_version
from portal.organisation import colours
from portal.organisation.colours import Palette
from portal.organisation.models import SiteSettings

SECONDS: Final = 60
LOGO: Final = "max-480x144|format-webp|webpquality-90"
DETAILS: Final = ("address", "registration", "email", "phone", "hours", "urgent")
# Until editors choose their own: addresses, of which those of a page are shown while the page is live.
MENU: Final = (("/", _("Home")), ("/services/", _("Services")), ("/book/", _("Book")), ("/library/", _("Library")))
FOOTER: Final = (
    ("/deposit/", _("How deposits work")),
    ("/privacy/", _("Privacy")),
    ("/accessibility/", _("Accessibility statement")),
)
NO_PAGES: Final = ("/book/", "/library/")  # of those, the ones that are views


@dataclass(frozen=True, slots=True)
class Link:
    """Where it leads, and its words."""

    url: str
    label: str | Promise


@dataclass(frozen=True, slots=True)
class Picture:
    """One that is ready to be shown; sizes in pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Banner:
    """A sentence on every page from `starts_at` until before `ends_at`; None is without limit."""

    text: str
    link: Link | None
    starts_at: datetime | None
    ends_at: datetime | None

    def is_on(self, now: datetime) -> bool:
        return (not self.starts_at or self.starts_at <= now) and (not self.ends_at or now < self.ends_at)


@dataclass(frozen=True, slots=True)
class Profile:
    """`details` has a value for each of DETAILS, which may be empty. `stylesheet` is an address, empty for our own;
    `admin_stylesheet` is that of Wagtail's admin, which has our colours also when none are chosen.
    """

    name: str
    details: dict[str, str]
    logo: Image | None
    logo_shown: Picture | None
    share_image: Image | None
    light: Palette
    dark: Palette
    stylesheet: str
    admin_stylesheet: str
    opens_at: time | None
    open_at_weekends: bool
    menu: tuple[Link, ...]
    footer: tuple[Link, ...]
    banner: Banner | None

    @property
    def banner_now(self) -> Banner | None:
        return self.banner if self.banner and self.banner.is_on(clock.now()) else None


_previewed: ContextVar[Profile | None] = ContextVar("previewed_profile", default=None)


@contextmanager
def previewing(profile: Profile) -> Iterator[None]:
    """Within it `site_profile()` is `profile`: an editor looks at what is not published."""
    token = _previewed.set(profile)
    try:
        yield
    finally:
        _previewed.reset(token)


def site_profile() -> Profile:
    """What is published now."""
    previewed = _previewed.get()
    if previewed is not None:
        return previewed
    key = f"profile:{pages_version()}"
    stored: tuple[dict[str, Any], Profile] | None = caches["local"].get(key)
    installed = {"name": settings.SITE_NAME, **settings.ORGANISATION}
    if stored is not None and stored[0] == installed:
        return stored[1]
    profile = profile_of(_published())
    caches["local"].set(key, (installed, profile), SECONDS)
    return profile


def _published() -> SiteSettings:
    published = SiteSettings.objects.filter(live=True).select_related("logo", "share_image", "banner_page").first()
    return published or SiteSettings()


def profile_of(row: SiteSettings) -> Profile:
    """What `row` says, with what the installation says in its gaps."""
    return Profile(
        name=row.name or settings.SITE_NAME,
        details={name: getattr(row, name) or settings.ORGANISATION.get(name, "") for name in DETAILS},
        logo=row.logo,
        logo_shown=_shown(row.logo, LOGO),
        share_image=row.share_image,
        light=colours.light_palette(row.accent),
        dark=colours.dark_palette(row.accent_dark, row.accent),
        stylesheet=_stylesheet(row, "organisation:colours") if _chosen(row) else "",
        admin_stylesheet=_stylesheet(row, "organisation:admin_colours"),
        opens_at=row.opens_at,
        open_at_weekends=row.open_at_weekends,
        menu=_links(row.menu) or _shipped(MENU),
        footer=_links(row.footer) or _shipped(FOOTER),
        banner=_banner(row),
    )


def _shown(image: Image | None, how: str) -> Picture | None:
    """Nothing when the file has gone missing: the site is shown all the same."""
    if image is None:
        return None
    try:
        rendition = image.get_rendition(how)
    except SourceImageIOError:
        return None
    return Picture(rendition.url, rendition.width, rendition.height)


def _chosen(row: SiteSettings) -> bool:
    return bool(row.accent or row.accent_dark or row.footer_colour)


def _stylesheet(row: SiteSettings, name: str) -> str:
    chosen = (row.accent, row.accent_dark, row.footer_colour)
    return reverse(name, args=["-".join(colour[1:].lower() or "none" for colour in chosen)])


def _banner(row: SiteSettings) -> Banner | None:
    if not row.banner_text:
        return None
    page = row.banner_page
    link = Link(page.url, page.title) if page and page.live and page.url else None
    return Banner(row.banner_text, link, row.banner_starts_at, row.banner_ends_at)


def _links(blocks: Any) -> tuple[Link, ...]:
    """Those that lead somewhere: a page that is gone or not published takes its link with it."""
    found = (_link(block.value) for block in blocks)
    return tuple(link for link in found if link is not None)


def _link(value: Any) -> Link | None:
    if "address" in value:
        return Link(value["address"], value["label"])
    page = value["page"]
    if page is None or not page.live or not page.url:
        return None
    return Link(page.url, value["label"] or page.title)


def _shipped(links: tuple[tuple[str, str | Promise], ...]) -> tuple[Link, ...]:
    live = _live_addresses([address for address, _label in links if address not in NO_PAGES])
    return tuple(Link(address, label) for address, label in links if address in NO_PAGES or address in live)


def _live_addresses(addresses: list[str]) -> set[str]:
    """Of addresses of pages under the default site, those that a live page has."""
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        return set()
    root = site.root_page.url_path
    paths = {root + address.lstrip("/"): address for address in addresses}
    live = Page.objects.live().filter(url_path__in=paths).values_list("url_path", flat=True)
    return {paths[path] for path in live}


def banner_turns(*, within: timedelta) -> bool:
    """Whether a banner has begun or ended in the time up to now: pages that were kept show it wrongly."""
    now = clock.now()
    edges = Q(banner_starts_at__range=(now - within, now)) | Q(banner_ends_at__range=(now - within, now))
    return SiteSettings.objects.filter(edges, live=True).exists()
