"""The admin's home page and menu for those who keep pages, and without what says nothing to the others."""

from datetime import timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.views.home import LockedPagesPanel, RecentEditsPanel, UserObjectsInWorkflowModerationPanel
from wagtail.permissions import page_permission_policy

from portal.common import clock
from portal.common.home_panel import Task, TaskPanel, counted, in_figures

REVIEWED: Final = timedelta(days=365)
KEEPS_PAGES: Final = ("add", "change", "publish")
OF_EDITORS: Final = (LockedPagesPanel, RecentEditsPanel, UserObjectsInWorkflowModerationPanel)


def keeps_pages(user: Any) -> bool:
    """Whether there is any page that the user may work on."""
    return bool(page_permission_policy.user_has_any_permission(user, KEEPS_PAGES))


class PagesPanel(TaskPanel):
    """Pages that nobody has published for a year. What is in moderation, Wagtail's own panels say."""

    order = 205
    key = "page-tasks"
    heading = _("Pages to review")
    nothing = _("Nothing to do: every live page has been published within a year.")

    def tasks(self) -> list[Task]:
        before = clock.now() - REVIEWED
        pages = page_permission_policy.instances_user_has_any_permission_for(self.request.user, KEEPS_PAGES)
        count = counted(pages.filter(live=True, last_published_at__lt=before))
        if not count:
            return []
        text = ngettext(
            "%(count)s page was last published more than a year ago",
            "%(count)s pages were last published more than a year ago",
            count,
        )
        report = reverse("wagtailadmin_reports:aging_pages")
        return [Task(text % {"count": in_figures(count)}, f"{report}?live=true&last_published_at={before:%Y-%m-%d}")]
