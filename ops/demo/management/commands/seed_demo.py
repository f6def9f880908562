"""`manage.py seed_demo`: the organisation of the demo. Run again, it only adds what is missing."""

import json
from argparse import ArgumentParser
from datetime import time, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from wagtail.models import Page

from home import models
from home.bootstrap import add_missing_pages
from home.models import HomePage, NewsIndexPage, NewsPage, ServicePage, ServicesPage
from ops.demo import PASSWORD, content
from ops.demo.library import seed_library
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.activity.consent import allow
from portal.bookings.domain.availability import generate_sessions
from portal.bookings.models import Service
from portal.caregivers.domain import caregiver_of
from portal.caregivers.models import Caregiver
from portal.common import clock
from portal.common.installation import run_steps
from portal.common.models import SetupStep
from portal.organisation.models import SiteSettings

WEEKS = 8


class Command(BaseCommand):
    help = "Fill the demo with an organisation, its services, pages and people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print what there is as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("seed_demo makes accounts with a published password: demo settings only.")
        with transaction.atomic():
            seed()
        report = {"services": Service.objects.count(), "pages": Page.objects.count(), "users": User.objects.count()}
        self.stdout.write(json.dumps(report) if options["json"] else f"the demo is ready: {report}")


def seed() -> None:
    """Everything the demo needs; safe to run again."""
    _services()
    _people()
    _pages()
    seed_library()


def _services() -> None:
    today = clock.now().date()
    for position, plan in enumerate(content.SERVICES):
        service, is_new = Service.objects.get_or_create(slug=plan.slug, defaults={**plan.fields, "position": position})
        if is_new:
            for hours, percent in plan.cancellation:
                service.cancellation_windows.create(hours_before=hours, refund_percent=percent)
            for weekday, hour, places in plan.slots:
                service.availabilities.create(weekday=weekday, start_time=time(hour), capacity=places)
            service.save()  # until then a cluster keeps its children in memory
        generate_sessions(service, first=today + timedelta(days=1), last=today + timedelta(weeks=WEEKS))


def _people() -> None:
    for person in content.PEOPLE:
        user = User.objects.filter(email=person.email).first()
        if user is None:
            user = User.objects.create_user(
                person.email,
                PASSWORD,
                first_name=person.first_name,
                last_name=person.last_name,
                is_staff=person.role != Role.CAREGIVER,
                is_superuser=person.role == Role.ADMINISTRATOR,
            )
            user.groups.add(Group.objects.get_or_create(name=person.role.value)[0])
            EmailAddress.objects.create(user=user, email=person.email, verified=True, primary=True)
            if person.role == Role.CAREGIVER:
                allow(user)
                Caregiver.objects.filter(pk=caregiver_of(user).pk).update(phone=person.phone)
        for told in person.cares_for:
            caregiver_of(user).care_recipients.get_or_create(full_name=told["full_name"], defaults=told)


def _pages() -> None:
    """The demo's words on the site that bootstrap_site makes, while nobody has written others."""
    run_steps()
    if SetupStep.objects.get_or_create(name="demo.pages")[1]:
        home = HomePage.objects.get()
        _reword(home, content.HOME)
        pages = (content.SERVICES_PAGE, content.DEPOSIT_PAGE, *content.CONTENT_PAGES)
        for fields in pages:
            _reword(Page.objects.child_of(home).get(slug=fields["slug"]).specific, fields)
    if SetupStep.objects.get_or_create(name="demo.more_pages")[1]:
        _more_pages(HomePage.objects.get())
    if SetupStep.objects.get_or_create(name="demo.service_pages")[1]:
        for plan in content.SERVICES:
            _service_page(plan)


def _more_pages(home: HomePage) -> None:
    """One page of each further type, and their links in the footer."""
    more = [(getattr(models, kind), fields) for kind, fields in content.MORE_PAGES]
    add_missing_pages(home, [*more, (NewsIndexPage, content.NEWS_LIST)])
    news = Page.objects.child_of(home).get(slug=content.NEWS_LIST["slug"])
    add_missing_pages(news, [(NewsPage, content.NEWS)])
    row = SiteSettings.objects.get()
    linked = [page for page in Page.objects.child_of(home) if page.slug in content.FOOTER]
    row.footer = [("page", {"page": page, "label": ""}) for page in linked]
    row.save_revision().publish()


def _service_page(plan: content.ServicePlan) -> None:
    service = Service.objects.get(slug=plan.slug)
    page = ServicePage(title=service.name, service=service, search_description=service.summary, **plan.page)
    ServicesPage.objects.get().add_child(instance=page).save_revision().publish()


def _reword(page: Page, fields: dict[str, Any]) -> None:
    """Unless somebody has edited it: the first words have one revision."""
    if page.revisions.count() == 1:
        for name, value in fields.items():
            setattr(page, name, value)
        page.save_revision().publish()
