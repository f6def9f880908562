"""Each role's home page says what waits for it, and its menu leads only to what it may open."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.test import RequestFactory
from pytest_django.fixtures import DjangoAssertNumQueries, Settings
from wagtail.models import Page

from home.admin_home import PagesPanel
from portal.accounts.models import User
from portal.accounts.roles import STAFF_ROLES, Role
from portal.bookings.models import Booking, Session
from portal.common import clock
from portal.common.home_panel import Task, counted, in_figures
from portal.coordination.home import CoordinationPanel
from portal.security.home import SecondStepPanel
from tests.factories import UserFactory
from tests.unit.portal.coordination.staff import staff_with

pytestmark = pytest.mark.django_db
TODAY, SESSIONS, DECIDE = "Today", "Today’s sessions", "Waiting for a decision"
FINANCE, PAGES, STEP = "Needs your attention", "Pages to review", "Colleagues without a second step"


@pytest.fixture(autouse=True)
def _set_up(settings: Settings, installed_site: None) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


def request_of(user: User) -> Any:
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


def with_role(role: Role, **fields: Any) -> User:
    user: User = UserFactory(**fields)
    user.groups.add(Group.objects.get(name=role.value))
    return user


@pytest.mark.parametrize(
    ("role", "panels"),
    [
        (Role.COORDINATOR, [SESSIONS, DECIDE]),
        (Role.EDITOR, ["Site summary", PAGES]),
        (Role.FINANCE, [TODAY, FINANCE]),
        (Role.MANAGER, [TODAY]),
        (Role.ADMINISTRATOR, ["Site summary", TODAY, SESSIONS, DECIDE, FINANCE, STEP, PAGES]),
    ],
)
def test_each_role_sees_what_waits_for_it_and_nothing_else(role: Role, panels: list[str]) -> None:
    page = staff_with(role).get("/admin/").content.decode()
    assert re.findall(r"<h2[^>]*>([^<]*)</h2>", page) == panels
    assert "editor guide" not in page


@pytest.mark.parametrize(
    ("role", "address"), [(Role.COORDINATOR, "/admin/desk/search/"), (Role.EDITOR, "/admin/pages/")]
)
def test_the_box_on_the_home_page_searches_what_the_role_works_with(role: Role, address: str) -> None:
    page = staff_with(role).get("/admin/").content.decode()
    [form] = [tag for tag in re.findall(r"<form[^>]*>", page) if 'role="search"' in tag]
    assert f'action="{address}' in form


def items(entries: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Label and address of each entry; a group without any fails."""
    for entry in (entry["_args"] for entry in entries):
        fields = entry[0] if isinstance(entry[0], dict) else entry[1]
        if len(entry) > 1 and isinstance(entry[1], list):
            assert entry[1], fields["label"]
            yield from items(entry[1])
        else:
            yield fields["label"], fields["url"]


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_every_entry_of_the_menu_can_be_opened(role: Role) -> None:
    client = staff_with(role)
    page = client.get("/admin/").content.decode()
    props = json.loads(re.findall(r'<script id="wagtail-sidebar-props"[^>]*>(.*?)</script>', page, re.DOTALL)[0])
    [menu] = [module for module in props["modules"] if module["_type"] == "wagtail.sidebar.MainMenuModule"]
    entries = [(label, url) for label, url in items(menu["_args"][0]) if url.startswith("/admin/")]
    assert len(entries) > 3
    refused = [(label, url) for label, url in entries if client.get(url, follow=True).status_code != 200]
    assert refused == []
    assert ("What's new" in page, "Editor Guide" in page) == (False, role in (Role.EDITOR, Role.ADMINISTRATOR))


def test_a_place_that_is_released_soon_waits_for_the_coordinator(booking: Booking) -> None:
    panel = CoordinationPanel(request_of(booking.caregiver.user))
    Booking.objects.update(hold_expires_at=clock.now() + timedelta(hours=3))
    assert panel.tasks() == []
    Booking.objects.update(hold_expires_at=clock.now() + timedelta(hours=1))
    address = "/admin/snippets/bookings/booking/?status=awaiting_deposit"
    assert panel.tasks() == [Task("1 unpaid place is released within two hours", address)]
    Booking.objects.update(status="confirmed")
    assert panel.tasks() == []


def test_a_session_closed_over_its_bookings_waits_for_the_coordinator(
    booking: Booking, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    panel, session = CoordinationPanel(request_of(booking.caregiver.user)), booking.session
    Booking.objects.update(status="confirmed")
    Session.objects.update(status="closed")
    assert panel.tasks() == []  # somebody closed it by hand, and knows
    Session.objects.update(closed_by="closure")
    with django_assert_num_queries(2):
        waiting = panel.tasks()
    assert waiting == [Task(f"{session}: closed, with 1 booked", f"/admin/desk/sessions/{session.pk}/")]
    Session.objects.update(starts_at=clock.now() - timedelta(hours=1))
    assert panel.tasks() == []


def test_pages_that_nobody_published_for_a_year_wait_for_who_may_change_them() -> None:
    editor = request_of(with_role(Role.EDITOR))
    Page.objects.update(last_published_at=clock.now() - timedelta(days=364))
    assert PagesPanel(editor).tasks() == []
    page = Page.objects.filter(live=True, depth=2).first()
    assert page is not None
    Page.objects.filter(pk=page.pk).update(last_published_at=clock.now() - timedelta(days=366))
    before = f"{clock.now() - timedelta(days=365):%Y-%m-%d}"
    address = f"/admin/reports/aging-pages/?live=true&last_published_at={before}"
    assert PagesPanel(editor).tasks() == [Task("1 page was last published more than a year ago", address)]
    assert PagesPanel(request_of(with_role(Role.FINANCE))).tasks() == []


def test_colleagues_without_a_second_step_are_named_to_administrators(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    admin = with_role(Role.ADMINISTRATOR, first_name="Alex", last_name="Winter")
    safe = with_role(Role.FINANCE, first_name="Finn")
    for user in (admin, safe):
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    edie = with_role(Role.EDITOR, first_name="Edie", last_name="Marsh")
    with_role(Role.EDITOR, first_name="Left", is_active=False)
    with_role(Role.CAREGIVER, first_name="Caring")
    root = with_role(Role.ADMINISTRATOR, first_name="Root", last_name="Winter", is_superuser=True)
    with django_assert_num_queries(1):
        named = SecondStepPanel(request_of(admin)).tasks()
    assert named == [Task(str(edie), f"/admin/users/edit/{edie.pk}/")]
    outside = UserFactory(first_name="Zoe", last_name="Zander", is_staff=True, is_superuser=True)
    UserFactory(first_name="Former", is_superuser=True, is_active=False)
    found = [task.text for task in SecondStepPanel(request_of(root)).tasks()]
    assert found == [str(edie), str(root), str(outside)]
    for number in range(6):
        with_role(Role.COORDINATOR, first_name=f"Cora{number}")
    assert SecondStepPanel(request_of(admin)).tasks()[5:] == [Task("All users", "/admin/users/")]


def test_counting_stops_at_a_hundred() -> None:
    for _number in range(101):
        UserFactory()
    assert (counted(User.objects.all()), in_figures(101), in_figures(100)) == (101, "100+", "100")
