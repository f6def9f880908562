"""The site an installation begins with: its address, its pages, who may edit them, and who approves.

The pages' words are nobody's in particular; each says that it has to be reviewed until an editor takes that out.
"""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Site,
    Workflow,
    WorkflowContentType,
)

from home import first_pages
from home.models import HomePage
from portal.accounts.roles import Role
from portal.common.installation import Step
from portal.notifications.models import MessageText, PageText
from portal.organisation.models import SiteSettings

KEEP_PAGES: Final = ("add_page", "change_page", "publish_page")
ALSO_UNLOCK_PAGES: Final = (*KEEP_PAGES, "lock_page", "unlock_page", "bulk_delete_page")
IN_THE_FOOTER: Final = ("deposit", "privacy", "accessibility")
KEEP_FILES: Final = (
    *("add_image", "change_image", "choose_image"),
    *("add_document", "change_document", "choose_document"),
)
APPROVERS: Final = Role.ADMINISTRATOR
WORKFLOW: Final = "Review by an administrator"
STOCK_WORKFLOW: Final = "Moderators approval"  # Wagtail's own, whose approvers are a group without members
PORTS: Final = {"http": 80, "https": 443}


def make_pages() -> None:
    """The portal's pages where they are missing, under a home page that the default site begins at."""
    home = HomePage.objects.first() or _home()
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    site.root_page = home
    _follow(site)
    add_missing_pages(home, first_pages.pages())


def add_missing_pages(home: Page, pages: Iterable[tuple[type[Page], dict[str, Any]]]) -> None:
    """Publish each of `pages` (class, fields) whose address under `home` nobody has taken."""
    for model, fields in pages:
        if not Page.objects.child_of(home).filter(slug=fields["slug"]).exists():
            home.add_child(instance=model(**fields)).save_revision().publish()


def _home() -> HomePage:
    root = Page.get_first_root_node()
    for page in Page.objects.child_of(root).filter(slug="home"):
        if _is_untouched_welcome(page):
            page.delete()
            root.refresh_from_db()
    taken = Page.objects.child_of(root).filter(slug="home").exists()
    home: HomePage = root.add_child(
        instance=HomePage(**{**first_pages.home(), "slug": "portal-home" if taken else "home"})
    )
    home.save_revision().publish()
    return home


def _is_untouched_welcome(page: Page) -> bool:
    """Whether it is the page that Wagtail's own migration makes, as it made it."""
    return (
        page.specific_class is Page
        and page.title == "Welcome to your new Wagtail site!"
        and page.latest_revision_id is None
        and page.get_children().count() == 0
    )


def follow_settings() -> None:
    """Give the default site the address and name of the settings: pages and emails link there."""
    _follow(Site.objects.get(is_default_site=True))


def _follow(site: Site) -> None:
    address = urlsplit(settings.BASE_URL)
    site.hostname = address.hostname or ""
    site.port = address.port or PORTS[address.scheme]
    site.site_name = settings.SITE_NAME
    site.save()


def permit_pages() -> None:
    """Editors keep the pages, administrators also unlock them: on the home page, so on every page below it."""
    home = HomePage.objects.get().page_ptr
    for role, codenames in ((Role.EDITOR, KEEP_PAGES), (Role.ADMINISTRATOR, ALSO_UNLOCK_PAGES)):
        for permission in _permissions(codenames):
            GroupPagePermission.objects.get_or_create(group=_group(role), page=home, permission=permission)


def permit_files() -> None:
    """Both keep images and documents, in every collection."""
    for role in (Role.EDITOR, Role.ADMINISTRATOR):
        for permission in _permissions(KEEP_FILES):
            GroupCollectionPermission.objects.get_or_create(
                group=_group(role), collection=Collection.get_first_root_node(), permission=permission
            )


def _permissions(codenames: Iterable[str]) -> Iterable[Permission]:
    return Permission.objects.filter(codename__in=codenames, content_type__app_label__startswith="wagtail")


def _group(role: Role) -> Group:
    return Group.objects.get_or_create(name=role.value)[0]


def make_workflow() -> None:
    """What an editor submits is approved by an administrator; a workflow that somebody has set up is left alone."""
    stock = Workflow.objects.filter(name=STOCK_WORKFLOW).first()
    task = GroupApprovalTask.objects.filter(name=STOCK_WORKFLOW).first()
    if stock is None or task is None or [group.name for group in task.groups.all()] != ["Moderators"]:
        return
    task.groups.set([_group(APPROVERS)])
    task.name = stock.name = WORKFLOW
    task.save()
    stock.save()


def make_menus() -> None:
    """What the menu and the footer show, as rows that editors change, unless they have chosen already."""
    row = SiteSettings.objects.first() or SiteSettings()
    if row.menu or row.footer or row.latest_revision_id:
        return
    pages = {page.slug: page for page in Page.objects.child_of(HomePage.objects.get())}
    row.menu = [
        ("page", {"page": HomePage.objects.get().page_ptr, "label": _("Home")}),
        *(("page", {"page": pages[slug], "label": ""}) for slug in ("services",) if slug in pages),
        ("address", {"address": "/book/", "label": _("Book")}),
        ("address", {"address": "/library/", "label": _("Library")}),
    ]
    row.footer = [("page", {"page": pages[slug], "label": ""}) for slug in IN_THE_FOOTER if slug in pages]
    row.save()
    row.save_revision().publish()


def review_wording() -> None:
    """Emails' and pages' texts may be submitted to the same review as pages, unless they have one already."""
    workflow = Workflow.objects.filter(name=WORKFLOW, active=True).first()
    for model in (MessageText, PageText) if workflow else ():
        kind = ContentType.objects.get_for_model(model)
        WorkflowContentType.objects.get_or_create(content_type=kind, defaults={"workflow": workflow})


STEPS: Final = (
    Step("home.pages", make_pages),
    Step("home.address", follow_settings, follows_settings=True),
    Step("home.page_permissions", permit_pages),
    Step("home.file_permissions", permit_files),
    Step("home.workflow", make_workflow),
    Step("home.menus", make_menus),
    Step("home.wording_workflow", review_wording),
)
