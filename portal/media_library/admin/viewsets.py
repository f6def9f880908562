"""The library in the admin: items with what a caregiver sees beside the form, and categories."""

from typing import ClassVar

from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList, TitleFieldPanel
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from portal.media_library.admin.forms import MediaItemForm
from portal.media_library.models import Category, MediaItem

_FILE_HELP = (
    "<p>We look into every file before we keep it. A file with something hidden inside, or with a name that does not "
    "fit, is refused with a sentence that says what to do.</p>"
)


class MediaItemViewSet(SnippetViewSet):
    """Films, recordings, pictures and documents."""

    model = MediaItem
    icon = "media"
    list_display: ClassVar[list[str]] = ["title", "kind", "access", "duration_label", "visible"]
    list_filter: ClassVar[list[str]] = ["kind", "access", "visible", "categories"]
    search_fields: ClassVar[list[str]] = ["title", "summary"]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    TitleFieldPanel("title"),
                    FieldPanel("slug"),
                    FieldPanel("summary"),
                    FieldPanel("categories"),
                    FieldPanel("visible"),
                ],
                heading="What it is",
            ),
            MultiFieldPanel(
                [FieldPanel("kind"), HelpPanel(_FILE_HELP), FieldPanel("file"), FieldPanel("poster")],
                heading="The file",
            ),
            MultiFieldPanel(
                [
                    FieldPanel("captions_file"),
                    FieldPanel("captions"),
                    FieldPanel("transcript"),
                    FieldPanel("alternative_text"),
                ],
                heading="For everybody to follow",
            ),
            MultiFieldPanel([FieldRowPanel([FieldPanel("access"), FieldPanel("service")])], heading="Who may open it"),
        ],
        base_form_class=MediaItemForm,
    )


class CategoryViewSet(SnippetViewSet):
    """What items are about."""

    model = Category
    icon = "tag"
    list_display: ClassVar[list[str]] = ["name", "position"]
    panels: ClassVar[list[object]] = [TitleFieldPanel("name"), FieldPanel("slug"), FieldPanel("position")]


class LibraryGroup(SnippetViewSetGroup):
    """The menu."""

    menu_label = "Library"
    menu_icon = "media"
    menu_order = 200
    items = (MediaItemViewSet, CategoryViewSet)
