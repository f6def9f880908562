"""The demo's library: a film, a recording, a picture and a document for each kind of visitor."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.core.files.base import ContentFile
from wagtail.images import get_image_model

from portal.bookings.models import Service
from portal.media_library.enums import Access, Kind
from portal.media_library.models import Category, MediaItem
from portal.media_library.queries import CARD_SPECS
from portal.uploads import examine
from portal.uploads.policies import LIBRARY

FOLDER: Final = Path(__file__).parent / "media"
CATEGORIES: Final = (("Getting started", "getting-started"), ("Looking after yourself", "yourself"))


@dataclass(frozen=True, slots=True)
class Item:
    """An item; `file` and `poster` are names in FOLDER, `service` the slug of the one whose bookings open it."""

    slug: str
    kind: Kind
    title: str
    summary: str
    file: str
    category: str
    access: Access = Access.PUBLIC
    service: str = ""
    poster: str = ""
    alternative_text: str = ""
    transcript: str = ""


ITEMS: Final = (
    Item(
        "your-first-respite-visit",
        Kind.VIDEO,
        "Your first respite visit",
        "What happens when a carer comes to you for the first time, in half a minute.",
        "your-first-respite-visit.mp4",
        "getting-started",
        poster="your-first-respite-visit.jpg",
        transcript="<p>Welcome. This short film shows what happens when a carer comes to you for the first time.</p>"
        "<p>Your carer arrives ten minutes early, shows you their badge, and asks how the morning has been.</p>"
        "<p>Together you look at medicines, meals, and what brings comfort. Nothing changes unless you say so.</p>"
        "<p>Then the time is yours. Rest, work, or see a friend. We ring you if anything changes.</p>",
    ),
    Item(
        "a-quiet-minute",
        Kind.AUDIO,
        "A quiet minute",
        "A short breathing exercise for when you have just sat down.",
        "a-quiet-minute.mp3",
        "yourself",
        transcript="<p>Sit down somewhere you will not be needed for a few minutes. Let your shoulders drop.</p>"
        "<p>Breathe in slowly, and count to four. Breathe out, and count to six. Again. In, to four. And out, to six."
        "</p><p>Notice one sound that is far away, and one that is near.</p><p>You have done enough for this moment. "
        "When you are ready, open your eyes.</p>",
    ),
    Item(
        "orchard-house",
        Kind.IMAGE,
        "Orchard House from the garden",
        "Where the day programme and the nights away take place.",
        "orchard-house.jpg",
        "getting-started",
        poster="orchard-house.jpg",
        alternative_text="A drawing of a low house with wide windows, and people sitting together in its garden.",
    ),
    Item(
        "a-page-for-the-carer",
        Kind.DOCUMENT,
        "A page to leave with the carer",
        "Medicines, meals, what helps them feel calm, and who to call: one page to fill in and keep on the fridge.",
        "a-page-for-the-carer.pdf",
        "getting-started",
        access=Access.SIGNED_IN,
    ),
    Item(
        "a-night-at-orchard-house",
        Kind.VIDEO,
        "A night at Orchard House",
        "What to bring and who is there, for families who have booked a night.",
        "a-night-at-orchard-house.mp4",
        "getting-started",
        access=Access.BOOKED,
        service="overnight-respite",
        poster="a-night-at-orchard-house.jpg",
        transcript="<p>This film is for families who have booked a night at Orchard House.</p><p>Bring medicines in "
        "their boxes, night clothes, glasses or hearing aids, and something familiar from home.</p><p>A carer is awake "
        "all night, and a nurse is on call. You can ring us at any hour.</p>",
    ),
)


def seed_library() -> None:
    """Add what is missing; needs the demo's services."""
    for position, (name, slug) in enumerate(CATEGORIES):
        Category.objects.get_or_create(slug=slug, defaults={"name": name, "position": position})
    kept = set(MediaItem.objects.values_list("slug", flat=True))
    for item in ITEMS:
        if item.slug not in kept:
            _add(item)


def _add(item: Item) -> None:
    """Looked into like an editor's upload, so that the demo shows nothing an editor could not."""
    file = _content(item.file)
    examined = examine(file, LIBRARY[item.kind])
    captions = FOLDER / f"{item.slug}.vtt"
    made = MediaItem(
        kind=item.kind,
        title=item.title,
        slug=item.slug,
        summary=item.summary,
        access=item.access,
        visible=True,
        alternative_text=item.alternative_text,
        transcript=item.transcript,
        poster=_poster(item),
        captions=captions.read_text() if captions.exists() else "",
        service=Service.objects.get(slug=item.service) if item.service else None,
        file=file,
        content_type=examined.content_type,
        size=examined.size,
        duration_seconds=examined.seconds,
    )
    made.full_clean()
    made.save()
    made.categories.add(Category.objects.get(slug=item.category))
    made.save()  # until then a cluster keeps its children in memory


def _poster(item: Item) -> object:
    """The wide picture, with the sizes that a card shows made now rather than for the first visitor."""
    if not item.poster:
        return None
    image = get_image_model()(title=item.title, file=_content(item.poster))
    image.save()
    image.get_renditions(*CARD_SPECS)
    return image


def _content(name: str) -> ContentFile:
    return ContentFile((FOLDER / name).read_bytes(), name)
