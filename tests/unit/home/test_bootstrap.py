"""An empty installation becomes a usable one, once; what people change afterwards is theirs."""

import json
import re
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Site,
    Workflow,
)

from home import bootstrap
from home.first_pages import review
from home.models import ContentPage, HomePage
from portal.accounts.roles import Role
from portal.common import installation
from portal.common.models import SetupStep
from tests.factories import UserFactory

ALL_STEPS = [
    "home.pages", "home.address", "home.page_permissions", "home.file_permissions", "home.workflow", "home.menus",
    "home.wording_workflow",
]  # fmt: skip
ADDRESSES = ["/", "/services/", "/deposit/", "/privacy/", "/accessibility/"]


def bootstrapped() -> list[str]:
    """The steps that the command says it ran."""
    said = StringIO()
    call_command("bootstrap_site", "--json", stdout=said)
    steps: list[str] = json.loads(said.getvalue())["steps"]
    return steps


@pytest.fixture
def site(db: None, settings: Settings) -> Site:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    bootstrapped()
    return Site.objects.get()


def staff(role: Role) -> Client:
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=role.value))
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.django_db
def test_every_step_runs_on_an_empty_database_and_none_again() -> None:
    assert bootstrapped() == ALL_STEPS
    assert bootstrapped() == ["home.address"]


@pytest.mark.django_db
def test_the_welcome_page_goes_and_the_pages_of_the_site_answer(site: Site, client: Client) -> None:
    assert not Page.objects.filter(title="Welcome to your new Wagtail site!").exists()
    assert [client.get(path).status_code for path in ADDRESSES] == [200] * 5


@pytest.mark.django_db
def test_every_page_says_that_it_has_to_be_reviewed(site: Site, client: Client) -> None:
    marked = review().removeprefix("<p>").removesuffix("</p>")
    assert [client.get(path).content.decode().count(marked) for path in ADDRESSES] == [1] * 5


@pytest.mark.django_db
def test_a_welcome_page_that_somebody_works_on_stays(client: Client) -> None:
    welcome = Page.objects.get(depth=2)
    welcome.save_revision()
    bootstrapped()
    assert Page.objects.filter(pk=welcome.pk).exists()
    assert [client.get(path).status_code for path in ADDRESSES] == [200] * 5


@pytest.mark.django_db
def test_a_page_with_a_page_below_it_stays(client: Client) -> None:
    welcome = Page.objects.get(depth=2)
    welcome.add_child(instance=Page(title="About us"))
    bootstrapped()
    assert Page.objects.filter(pk=welcome.pk).exists()


@pytest.mark.django_db
def test_a_page_that_is_there_already_is_not_made_again(site: Site) -> None:
    privacy = ContentPage.objects.get(slug="privacy")
    privacy.title = "Privacy at our house"
    privacy.save_revision().publish()
    SetupStep.objects.all().delete()  # as in an installation that is older than the command
    Page.objects.get(slug="accessibility").delete()
    bootstrapped()
    assert ContentPage.objects.get(slug="privacy").title == "Privacy at our house"
    assert ContentPage.objects.filter(slug="accessibility").count() == 1


@pytest.mark.django_db
def test_what_somebody_removed_stays_removed(site: Site) -> None:
    editors = Group.objects.get(name=Role.EDITOR.value)
    GroupPagePermission.objects.filter(group=editors, permission__codename="publish_page").delete()
    GroupCollectionPermission.objects.filter(group=editors).delete()
    Page.objects.get(slug="accessibility").delete()
    bootstrapped()
    held = GroupPagePermission.objects.filter(group=editors).values_list("permission__codename", flat=True)
    assert sorted(held) == ["add_page", "change_page"]
    assert not GroupCollectionPermission.objects.filter(group=editors).exists()
    assert not Page.objects.filter(slug="accessibility").exists()


@pytest.mark.django_db
def test_a_step_that_fails_is_done_by_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Page, "save_revision", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bootstrapped()
    assert not HomePage.objects.exists()
    assert Page.objects.filter(title="Welcome to your new Wagtail site!").exists()
    assert bootstrapped() == ALL_STEPS


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://portal.example.org", ("portal.example.org", 443, "https://portal.example.org")),
        ("http://127.0.0.1:8000", ("127.0.0.1", 8000, "http://127.0.0.1:8000")),
    ],
)
def test_the_site_follows_the_settings(site: Site, settings: Settings, address: str, expected: tuple[Any, ...]) -> None:
    settings.BASE_URL, settings.SITE_NAME = address, "Care of Bristol"
    bootstrapped()
    site = Site.objects.get()
    assert (site.hostname, site.port, site.root_url) == expected
    assert site.site_name == "Care of Bristol"


@pytest.mark.django_db
def test_steps_have_names_of_their_own() -> None:
    names = [step.name for step in installation.steps()]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMINISTRATOR])
def test_editors_and_administrators_may_keep_every_page(site: Site, role: Role) -> None:
    client = staff(role)
    for page in Page.objects.filter(depth__gt=1):
        assert client.get(f"/admin/pages/{page.pk}/edit/").status_code == 200
    assert client.get(f"/admin/pages/add/home/contentpage/{HomePage.objects.get().pk}/").status_code == 200
    assert client.get("/admin/images/add/").status_code == 200
    assert client.get("/admin/images/chooser/").status_code == 200
    assert client.get("/admin/documents/chooser/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.FINANCE, Role.MANAGER, Role.CAREGIVER])
def test_nobody_else_may(site: Site, role: Role) -> None:
    page = HomePage.objects.get()
    assert staff(role).get(f"/admin/pages/{page.pk}/edit/").status_code in (302, 403)
    assert staff(role).get("/admin/images/add/").status_code in (302, 403)


@pytest.mark.django_db
def test_an_editor_chooses_a_service_for_an_item_of_the_library(site: Site) -> None:
    form = staff(Role.EDITOR).get("/admin/snippets/media_library/mediaitem/add/").content.decode()
    assert "Choose service" in form
    chooser = form.split('data-chooser-url="')[1].split('"')[0] if "data-chooser-url" in form else SERVICE_CHOOSER
    assert staff(Role.EDITOR).get(chooser).status_code == 200


SERVICE_CHOOSER = "/admin/snippets/choose/bookings/service/"


@pytest.mark.django_db
def test_what_an_editor_submits_reaches_an_administrator_with_the_sites_address(site: Site, settings: Settings) -> None:
    settings.BASE_URL = settings.WAGTAILADMIN_BASE_URL = "https://portal.example.org"
    bootstrapped()
    administrator = UserFactory(is_staff=True, email="approver@example.com")
    administrator.groups.add(Group.objects.get(name=Role.ADMINISTRATOR.value))
    editor = UserFactory(is_staff=True, email="editor@example.com")
    page = ContentPage.objects.get(slug="privacy")
    page.save_revision(user=editor)
    workflow = page.get_workflow()
    assert workflow.name == bootstrap.WORKFLOW
    state = workflow.start(page, editor)
    assert [message.to for message in mail.outbox] == [["approver@example.com"]]
    assert f"https://portal.example.org/admin/pages/{page.pk}/edit/" in mail.outbox[0].body
    state.current_task_state.approve(user=administrator)
    told = mail.outbox[-1]
    assert told.to == ["editor@example.com"]
    assert "https://portal.example.org/privacy/" in told.body
    assert "localhost" not in "".join(str(message.body) for message in mail.outbox)
    for message in mail.outbox:
        html = str(message.alternatives[0][0])  # type: ignore[union-attr]
        assert "Hearth &amp; Hand</td>" in html  # our layout, not Wagtail's
        links = re.findall(r'href="([^"]*)"', html)
        assert all(link.startswith(("https://portal.example.org/", "tel:", "mailto:")) for link in links)
        assert "src=" not in html


@pytest.mark.django_db
def test_a_workflow_that_somebody_has_set_up_is_left_alone() -> None:
    task = GroupApprovalTask.objects.get(name=bootstrap.STOCK_WORKFLOW)
    task.groups.set([Group.objects.get(name=Role.MANAGER.value)])
    bootstrapped()
    assert [group.name for group in task.groups.all()] == ["Manager"]
    assert Workflow.objects.get().name == bootstrap.STOCK_WORKFLOW


@pytest.mark.django_db
def test_a_database_without_a_site_gets_one(client: Client) -> None:
    Site.objects.all().delete()
    Page.objects.filter(depth__gt=1).delete()
    bootstrapped()
    assert [client.get(path).status_code for path in ADDRESSES] == [200] * 5
    assert Collection.get_first_root_node() is not None
