"""An item of the library, its categories, and who may open it."""

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
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

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(unique=True, help_text="Part of the address. Leave it as it is once it is used.")
    position = models.PositiveSmallIntegerField(default=0, help_text="Order in the list; small numbers come first.")

    class Meta:
        ordering = ("position", "name")
        verbose_name_plural = "categories"

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
    """A film, recording, picture or document. The file lies in the public store only while everybody may open it."""

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.VIDEO)
    title = models.CharField(max_length=120)
    slug = models.SlugField("address", unique=True, max_length=120, help_text="The last part of the item's address.")
    summary = models.CharField(max_length=240, help_text="One or two sentences, shown in the list.")
    file = models.FileField(
        upload_to=upload_path,
        storage=LibraryStorage(),
        max_length=200,
        help_text="Film: MP4, at most 500 MB. Recording: MP3 or M4A, 100 MB. Picture: JPEG, PNG or WebP, 15 MB. "
        "Document: PDF, 20 MB.",
    )
    poster = models.ForeignKey(
        "wagtailimages.Image",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="A wide picture for the list and before the film starts. Everybody can see it, even if the item is "
        "not for everybody.",
    )
    alternative_text = models.CharField(
        max_length=250, blank=True, help_text="Pictures only: what it shows, for people who cannot see it."
    )
    captions = models.TextField(
        blank=True,
        validators=[validate_captions, MaxLengthValidator(200_000)],
        help_text="Films only: the text of a WebVTT file (.vtt). It starts with the line WEBVTT.",
    )
    transcript = RichTextField(
        blank=True,
        features=["h2", "h3", "bold", "italic", "ol", "ul"],
        help_text="Everything that is said, for people who read rather than listen.",
    )
    categories = ParentalManyToManyField(Category, blank=True, related_name="items")
    access = models.CharField("who may open it", max_length=10, choices=Access, default=Access.PUBLIC)
    service = models.ForeignKey(
        Service,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Only for items that a booking opens: a confirmed booking of this service.",
    )
    visible = models.BooleanField("shown in the library", default=False, help_text="Untick to take it down.")
    content_type = models.CharField(max_length=60, editable=False)
    size = models.PositiveBigIntegerField(default=0, editable=False)
    duration_seconds = models.PositiveIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar = MediaItemQuerySet.as_manager()

    class Meta:
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
        wrong: dict[str, str] = {}
        if self.access == Access.BOOKED and self.service is None:
            wrong["service"] = "Choose the service whose bookings open this item."
        if self.access != Access.BOOKED and self.service is not None:
            wrong["service"] = "Clear the service, or choose “Caregivers who have booked a service” above it."
        wrong |= self._missing_text() if self.visible else {}
        if wrong:
            raise ValidationError(wrong)

    def _missing_text(self) -> dict[str, str]:
        """What people who cannot hear or see it would miss (WCAG 1.1.1, 1.2.1, 1.2.2)."""
        if self.kind == Kind.VIDEO and not self.captions:
            return {"captions": "A film needs captions before it is shown in the library."}
        if self.kind == Kind.AUDIO and not self.transcript:
            return {"transcript": "A recording needs its text before it is shown in the library."}
        if self.kind == Kind.IMAGE and not self.alternative_text:
            return {"alternative_text": "Say what the picture shows before it is shown in the library."}
        return {}

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return "media_library/item.html"

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        return {"item": self, "request": request, "preview": True}
