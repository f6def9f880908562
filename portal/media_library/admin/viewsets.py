"""The library in the admin: items with what a caregiver sees beside the form, and categories."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList, TitleFieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from portal.common.listings import YesNoColumn
from portal.media_library.admin.forms import MediaItemForm
from portal.media_library.models import Category, MediaItem

_FILE_HELP = _("We check every file before saving it. If there’s a problem, we’ll tell you how to fix it.")


class MediaItemViewSet(SnippetViewSet):
    """Videos, audio, pictures and documents."""

    model = MediaItem
    icon = "media"
    list_display: ClassVar[list[Any]] = [
        "title",
        "kind",
        "access",
        Column("duration_label", label=_("Length"), sort_key="duration_seconds"),
        YesNoColumn("visible", label=_("Shown in the library"), sort_key="visible"),
    ]
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
                heading=_("About the item"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("kind"),
                    HelpPanel(_FILE_HELP),
                    FieldPanel("file"),
                    FieldPanel("poster"),
                    FieldPanel("still"),
                ],
                heading=_("File"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("captions_file"),
                    FieldPanel("captions"),
                    FieldPanel("transcript"),
                    FieldPanel("alternative_text"),
                ],
                heading=_("Accessibility"),
            ),
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("access"), FieldPanel("service")])], heading=_("Who can open it")
            ),
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

    menu_label = _("Library")
    menu_icon = "media"
    menu_order = 200
    items = (MediaItemViewSet, CategoryViewSet)
