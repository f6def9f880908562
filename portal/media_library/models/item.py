"""An item of the library, its categories, and who may open it."""

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.fields import RichTextField
from wagtail.models import PreviewableMixin

from portal.bookings.models import Service
from portal.common import clock
from portal.media_library.captions import validate_captions
from portal.media_library.enums import OPENS_MEDIA, PLAYABLE, Access, Kind
from portal.media_library.storage import PUBLIC, SIGNED, LibraryStorage

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.accounts.models import User

VERBS: Final = {Kind.VIDEO: _("Watch"), Kind.AUDIO: _("Listen"), Kind.IMAGE: _("View"), Kind.DOCUMENT: _("Read")}
SEES_ALL: Final = "media_library.change_mediaitem"


class Category(models.Model):
    """What items are about."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    slug = models.SlugField(
        _("slug"), unique=True, help_text=_("Part of the page’s address. Don’t change it once people use it.")
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Order in the list. Lower numbers come first.")
    )

    class Meta:
        ordering = ("position", "name")
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name


class MediaItemQuerySet(QuerySet["MediaItem"]):
    """Who may see what is in the query."""

    def visible_to(self, user: "User | AnonymousUser") -> "MediaItemQuerySet":
        """What `user` may open now; editors see what is hidden too."""
        if user.has_perm(SEES_ALL):
            return self.all()
        allowed = Q(access=Access.PUBLIC)
        if user.is_authenticated:
            booked = Service.objects.filter(
                sessions__bookings__caregiver__user=user, sessions__bookings__status__in=OPENS_MEDIA
            )
            allowed |= Q(access=Access.SIGNED_IN) | Q(access=Access.BOOKED, service__in=booked)
        return self.filter(allowed, visible=True)


def upload_path(item: "MediaItem", filename: str) -> str:
    """`public/library/a-name.mp4`, or under `signed/` when not everybody may open it."""
    path = PurePosixPath(filename)
    return f"{item.store}/library/{slugify(path.stem)[:60] or 'file'}{path.suffix.lower()}"


class MediaItem(PreviewableMixin, ClusterableModel):
    """A video, audio, picture or document. The file lies in the public store only while everybody may open it."""

    kind = models.CharField(_("type"), max_length=10, choices=Kind, default=Kind.VIDEO)
    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(
        _("address"), unique=True, max_length=120, help_text=_("The last part of the item’s web address.")
    )
    summary = models.CharField(_("summary"), max_length=240, help_text=_("One or two sentences, shown in the list."))
    file = models.FileField(
        upload_to=upload_path,
        storage=LibraryStorage(),
        max_length=200,
        help_text=_(
            "Video: MP4, up to 500 MB. Audio: MP3 or M4A, up to 100 MB. Picture: JPEG, PNG or WebP, up to 15 MB. "
            "Document: PDF, up to 20 MB."
        ),
    )
    poster = models.ForeignKey(
        "wagtailimages.Image",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_(
            "A wide picture shown in the list and before the video starts. Everyone can see it, even when they can’t "
            "open the item."
        ),
    )
    alternative_text = models.CharField(
        _("alternative text"),
        max_length=250,
        blank=True,
        help_text=_("Pictures only: describe it for people who can’t see it."),
    )
    captions = models.TextField(
        blank=True,
        validators=[validate_captions, MaxLengthValidator(200_000)],
        help_text=_("Videos only: the text of a WebVTT file (.vtt), starting with the line WEBVTT."),
    )
    transcript = RichTextField(
        blank=True,
        features=["h2", "h3", "bold", "italic", "ol", "ul"],
        help_text=_("Everything that’s said, for people who’d rather read than listen."),
    )
    categories = ParentalManyToManyField(Category, blank=True, related_name="items")
    access = models.CharField(_("who can open it"), max_length=10, choices=Access, default=Access.PUBLIC)
    service = models.ForeignKey(
        Service,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_(
            "Only for items that need a booking: caregivers with a confirmed booking for this service can open them."
        ),
    )
    visible = models.BooleanField(_("shown in the library"), default=False, help_text=_("Untick to hide it."))
    content_type = models.CharField(max_length=60, editable=False)
    size = models.PositiveBigIntegerField(default=0, editable=False)
    duration_seconds = models.PositiveIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar = MediaItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("library item")
        verbose_name_plural = _("library items")
        ordering = ("-created_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=~Q(access=Access.BOOKED) | Q(service__isnull=False), name="media_booked_names_service"
            ),
        )
        indexes = (models.Index(fields=["file"], name="media_item_file"),)

    def __str__(self) -> str:
        return self.title

    @property
    def store(self) -> str:
        """The store its file belongs in."""
        return PUBLIC if self.visible and self.access == Access.PUBLIC else SIGNED

    @property
    def is_playable(self) -> bool:
        """Whether a player shows it."""
        return self.kind in PLAYABLE

    @property
    def duration_label(self) -> str:
        """How long it is: 45 seconds, 3 min 20 s, 12 minutes; empty for what has no length."""
        if not self.duration_seconds:
            return ""
        minutes, seconds = divmod(self.duration_seconds, 60)
        if not minutes:
            return ngettext("%(number)d second", "%(number)d seconds", seconds) % {"number": seconds}
        if seconds:
            return gettext("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": seconds}
        return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}

    @property
    def verb(self) -> str:
        """What one does with it."""
        return str(VERBS[Kind(self.kind)])

    def clean(self) -> None:
        wrong: dict[str, str | Promise] = {}
        if self.access == Access.BOOKED and self.service is None:
            wrong["service"] = _("Choose the service people need to book to open this item.")
        if self.access != Access.BOOKED and self.service is not None:
            wrong["service"] = _("Remove the service, or choose “Caregivers who have booked a service” above.")
        wrong |= self._missing_text() if self.visible else {}
        if wrong:
            raise ValidationError(wrong)

    def _missing_text(self) -> dict[str, str | Promise]:
        """What people who cannot hear or see it would miss (WCAG 1.1.1, 1.2.1, 1.2.2)."""
        if self.kind == Kind.VIDEO and not self.captions:
            return {"captions": _("Add captions before showing this video in the library.")}
        if self.kind == Kind.AUDIO and not self.transcript:
            return {"transcript": _("Add a transcript before showing this audio in the library.")}
        if self.kind == Kind.IMAGE and not self.alternative_text:
            return {"alternative_text": _("Describe this picture before showing it in the library.")}
        return {}

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return "media_library/item.html"

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        return {"item": self, "request": request, "preview": True}
