"""What a page of the library reads."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q
from wagtail.images import get_image_model

from portal.media_library.enums import Kind
from portal.media_library.models import Category, MediaItem, MediaItemQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.accounts.models import User

CARD = "width-{400,800}"
CARD_SPECS = [f"width-{width}|format-{kind}" for width in (400, 800) for kind in ("avif", "webp", "jpeg")]
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; empty is everything."""

    words: str = ""
    kind: str = ""
    category: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.kind or self.category)


def items_for(user: "User | AnonymousUser", wanted: Wanted) -> MediaItemQuerySet:
    """What `user` may open and looks for, with what a card shows."""
    posters = get_image_model().objects.prefetch_renditions(*CARD_SPECS)
    items: MediaItemQuerySet = MediaItem.objects.visible_to(user).prefetch_related(Prefetch("poster", posters))
    if wanted.kind in Kind.values:
        items = items.filter(kind=wanted.kind)
    if wanted.category:
        items = items.filter(categories__slug=wanted.category)
    for word in wanted.words.split()[:MOST_WORDS]:
        items = items.filter(Q(title__icontains=word) | Q(summary__icontains=word) | Q(transcript__icontains=word))
    return items


def categories_in_use() -> list[Category]:
    """Those with an item that is shown."""
    return list(Category.objects.filter(items__visible=True).distinct())
