"""`manage.py seed_demo`: the organisation of the demo. Run again, it only adds what is missing."""

import json
from argparse import ArgumentParser
from datetime import time, timedelta
from io import StringIO
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page, Site

from home import demo_content
from home.demo_history import seed_history
from home.demo_library import seed_library
from home.models import ContentPage, DepositPage, HomePage, ServicesPage
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.activity.consent import allow
from portal.bookings.domain.availability import generate_sessions
from portal.bookings.models import Service
from portal.caregivers.domain import caregiver_of
from portal.common import clock

PASSWORD = "demo-portal-2026"
WEEKS = 8


class Command(BaseCommand):
    help = "Fill the demo with an organisation, its services, pages and people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print what there is as JSON")
        parser.add_argument("--history", action="store_true", help="with some months behind it, when it is new")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("seed_demo makes accounts with a published password: demo settings only.")
        with transaction.atomic():
            seed()
        if options["history"] and seed_history():
            call_command("rebuild_rollups", stdout=StringIO())
        report = {"services": Service.objects.count(), "pages": Page.objects.count(), "users": User.objects.count()}
        self.stdout.write(json.dumps(report) if options["json"] else f"the demo is ready: {report}")


def seed() -> None:
    """Everything the demo needs; safe to run again."""
    _services()
    _people()
    _pages()
    _page_permissions()
    seed_library()


def _services() -> None:
    today = clock.now().date()
    for position, plan in enumerate(demo_content.SERVICES):
        service, is_new = Service.objects.get_or_create(slug=plan.slug, defaults={**plan.fields, "position": position})
        if is_new:
            for hours, percent in plan.cancellation:
                service.cancellation_windows.create(hours_before=hours, refund_percent=percent)
            for weekday, hour, places in plan.slots:
                service.availabilities.create(weekday=weekday, start_time=time(hour), capacity=places)
            service.save()  # until then a cluster keeps its children in memory
        generate_sessions(service, first=today + timedelta(days=1), last=today + timedelta(weeks=WEEKS))


def _people() -> None:
    for person in demo_content.PEOPLE:
        user = User.objects.filter(email=person.email).first()
        if user is None:
            user = User.objects.create_user(
                person.email, PASSWORD, first_name=person.first_name, last_name=person.last_name,
                is_staff=person.role != Role.CAREGIVER, is_superuser=person.role == Role.ADMINISTRATOR,
            )  # fmt: skip
            user.groups.add(Group.objects.get_or_create(name=person.role.value)[0])
            EmailAddress.objects.create(user=user, email=person.email, verified=True, primary=True)
            if person.role == Role.CAREGIVER:
                allow(user)
        for name, relationship in person.cares_for:
            caregiver_of(user).care_recipients.get_or_create(full_name=name, defaults={"relationship": relationship})


def _pages() -> None:
    home = HomePage.objects.first()
    if home is None:
        root = Page.objects.get(depth=1)
        Page.objects.filter(depth=2, slug="home").exclude(content_type__app_label="home").delete()
        root.refresh_from_db()
        home = root.add_child(instance=HomePage(**demo_content.HOME))
        Site.objects.update_or_create(
            is_default_site=True,
            defaults={"hostname": "localhost", "root_page": home, "site_name": settings.SITE_NAME},
        )
    for model, fields in (
        (ServicesPage, demo_content.SERVICES_PAGE),
        (DepositPage, demo_content.DEPOSIT_PAGE),
        *((ContentPage, fields) for fields in demo_content.CONTENT_PAGES),
    ):
        if not Page.objects.child_of(home).filter(slug=fields["slug"]).exists():
            page = home.add_child(instance=model(**fields))
            page.save_revision().publish()
            home.refresh_from_db()


def _page_permissions() -> None:
    group = Group.objects.get_or_create(name=Role.EDITOR.value)[0]
    home = HomePage.objects.get()
    for codename in ("add_page", "change_page", "publish_page"):
        permission = Permission.objects.get(codename=codename, content_type__app_label="wagtailcore")
        GroupPagePermission.objects.get_or_create(group=group, page=home.page_ptr, permission=permission)
    for codename in ("add_image", "change_image", "choose_image", "add_document", "change_document", "choose_document"):
        permission = Permission.objects.get(codename=codename, content_type__app_label__startswith="wagtail")
        root = Collection.get_first_root_node()
        GroupCollectionPermission.objects.get_or_create(group=group, collection=root, permission=permission)
