"""`SiteSettings`: one row, drafted, previewed, scheduled and published like a page."""

from math import floor
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.fields import StreamField
from wagtail.models import (
    DraftStateMixin,
    Page,
    PreviewableMixin,
    RevisionMixin,
    Site,
)

from portal.organisation import colours
from portal.organisation.blocks import LinksBlock

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_AS_INSTALLED = _("Leave empty to use what your installation is set up with.")
_DETAILS = [
    FieldPanel("name"),
    FieldPanel("phone"),
    FieldPanel("hours"),
    FieldRowPanel([FieldPanel("opens_at"), FieldPanel("open_at_weekends")]),
    FieldPanel("email"),
    FieldPanel("address"),
    FieldPanel("registration"),
    FieldPanel("urgent"),
]
_LOOK = [
    FieldPanel("logo"),
    MultiFieldPanel(
        [
            HelpPanel(template="organisation/admin/colours.html"),
            FieldRowPanel([FieldPanel("accent"), FieldPanel("accent_dark"), FieldPanel("footer_colour")]),
        ],
        heading=_("Colours"),
    ),
    FieldPanel("share_image"),
]
_BANNER = [
    FieldPanel("banner_text"),
    FieldPanel("banner_page"),
    FieldRowPanel([FieldPanel("banner_starts_at"), FieldPanel("banner_ends_at")]),
]


def _colour(label: "StrOrPromise", **kwargs: Any) -> models.CharField:
    message = _("Enter a colour as # and six digits or letters from a to f, such as #1f5fa8.")
    return models.CharField(
        label, max_length=7, blank=True, validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", message)], **kwargs
    )


class SiteSettings(DraftStateMixin, RevisionMixin, PreviewableMixin, models.Model):
    """What pages, emails and papers say of the organisation. An empty field is what the installation's settings say."""

    name = models.CharField(_("organisation"), max_length=80, blank=True, help_text=_AS_INSTALLED)
    phone = models.CharField(_("phone number"), max_length=40, blank=True, help_text=_AS_INSTALLED)
    hours = models.CharField(
        _("opening hours"),
        max_length=120,
        blank=True,
        help_text=_("When you answer the phone. Monday to Friday, 9am to 5pm, for example."),
    )
    opens_at = models.TimeField(
        _("office opens at"),
        null=True,
        blank=True,
        help_text=_("Coordinators can then hold a place for a caller until the office opens."),
    )
    open_at_weekends = models.BooleanField(_("open at weekends too"), default=False, db_default=False)
    email = models.EmailField(_("email"), blank=True, help_text=_AS_INSTALLED)
    address = models.TextField(_("postal address"), max_length=300, blank=True, help_text=_("Also on receipts."))
    registration = models.CharField(
        _("registration"),
        max_length=120,
        blank=True,
        help_text=_("On receipts. Registered charity 123456, for example."),
    )
    urgent = models.TextField(
        _("in an emergency"), max_length=400, blank=True, help_text=_("Who to turn to, at the foot of each page.")
    )

    logo = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Beside the organisation’s name on pages, and on receipts. It must be readable on light and dark."),
    )
    share_image = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("picture for shared links"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Shown when somebody shares a page that has no picture of its own."),
    )
    accent = _colour(_("accent colour"), help_text=_("Buttons and links."))
    accent_dark = _colour(
        _("accent colour in the dark theme"), help_text=_("Leave empty and we’ll lighten the accent colour.")
    )
    footer_colour = _colour(_("footer colour"), help_text=_("Behind the light text at the foot of each page."))

    menu = StreamField(LinksBlock(), blank=True, verbose_name=_("menu"))
    footer = StreamField(LinksBlock(), blank=True, verbose_name=_("links in the footer"))

    banner_text = models.CharField(
        _("banner"), max_length=200, blank=True, help_text=_("Shown at the top of every page while it’s on.")
    )
    banner_page = models.ForeignKey(
        Page,
        verbose_name=_("page to read more"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    banner_starts_at = models.DateTimeField(
        _("starts"), null=True, blank=True, help_text=_("Leave empty to start when you publish.")
    )
    banner_ends_at = models.DateTimeField(_("ends"), null=True, blank=True, help_text=_("Leave empty for no end."))

    edit_handler = TabbedInterface(
        [
            ObjectList(_DETAILS, heading=_("Organisation")),
            ObjectList(_LOOK, heading=_("Logo and colours")),
            ObjectList([FieldPanel("menu"), FieldPanel("footer")], heading=_("Menu and footer")),
            ObjectList(_BANNER, heading=_("Banner")),
        ]
    )
    preview_modes: ClassVar[list[tuple[str, str | Promise]]] = [("", _("Home page")), ("email", _("Email"))]

    class Meta:
        verbose_name = _("site settings")
        verbose_name_plural = _("site settings")

    def __str__(self) -> str:
        return gettext("Site settings")

    def clean(self) -> None:
        super().clean()
        errors = {
            field: _contrast_error(getattr(self, field), others)
            for field, others in (
                ("accent", colours.LIGHT),
                ("accent_dark", colours.DARK),
                ("footer_colour", colours.FOOTER),
            )
            if colours.HEX.fullmatch(getattr(self, field))
            and colours.least_contrast(getattr(self, field), others) < colours.LEAST
        }
        if self.banner_starts_at and self.banner_ends_at and self.banner_ends_at <= self.banner_starts_at:
            errors["banner_ends_at"] = gettext("The banner must end after it starts.")
        if errors:
            raise ValidationError(errors)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The front page, or an email, as it would be with these settings."""
        from portal.organisation.profile import previewing, profile_of

        profile = profile_of(self)
        if mode_name == "email":
            with previewing(profile):
                return TemplateResponse(request, "organisation/sample_email.html").render()
        page = Site.objects.get(is_default_site=True).root_page.specific
        with previewing(profile):
            return TemplateResponse(request, page.get_template(request), page.get_context(request)).render()


def _contrast_error(colour: str, others: tuple[str, ...]) -> str:
    hardest = min(others, key=lambda other: colours.contrast(colour, other))
    return gettext(
        "This colour is too close to %(other)s, which it’s shown with: the contrast is %(ratio).1f, and people need at "
        "least 4.5 to read it. %(advice)s"
    ) % {"other": hardest, "ratio": floor(colours.contrast(colour, hardest) * 10) / 10, "advice": _advice(others)}


def _advice(others: tuple[str, ...]) -> str:
    return gettext("Choose a lighter colour.") if others is colours.DARK else gettext("Choose a darker colour.")
