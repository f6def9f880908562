"""Editors and coordinators write the questions of a service; answers are never lost with them."""

import pytest
from django.test import Client
from pytest_django import Settings

from portal.accounts.roles import Role
from portal.bookings.models import Answer, Question
from tests.factories import CareRecipientFactory, ServiceFactory
from tests.unit.portal.coordination.staff import said, staff_with

pytestmark = pytest.mark.django_db
QUESTIONS = "/admin/snippets/bookings/question"


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


@pytest.fixture(params=[Role.EDITOR, Role.COORDINATOR, Role.ADMINISTRATOR])
def writer(request: pytest.FixtureRequest) -> Client:
    return staff_with(request.param)


def typed(**changes: object) -> dict[str, object]:
    return {"service": ServiceFactory().pk, "label": "Any pets?", "kind": "yes_no", "choices": "", "help_text": "",
            "active": "on", "position": "0", **changes}  # fmt: skip


def test_a_question_is_written_listed_and_changed(writer: Client) -> None:
    form = typed()
    assert writer.post(f"{QUESTIONS}/add/", form).status_code == 302
    question = Question.objects.get()
    assert "Any pets?" in said(writer.get(f"{QUESTIONS}/"))
    assert writer.post(f"{QUESTIONS}/edit/{question.pk}/", {**form, "label": "Pets?"}).status_code == 302
    assert Question.objects.get().label == "Pets?"


@pytest.mark.parametrize("choices", ["", "Tea", "Tea\n\n Tea ", "x" * 101 + "\ny"])
def test_a_choice_needs_two_choices(choices: str) -> None:
    reply = staff_with(Role.EDITOR).post(f"{QUESTIONS}/add/", typed(kind="choice", choices=choices))
    assert (reply.status_code, Question.objects.count()) == (200, 0)


def test_one_with_answers_is_kept_and_says_why(writer: Client) -> None:
    question = Question.objects.create(service=ServiceFactory(), label="Any pets?", kind="yes_no")
    person = CareRecipientFactory(full_name="Rose Okafor")
    Answer.objects.create(question=question, care_recipient=person, value="no")
    for reply in (writer.get(f"{QUESTIONS}/delete/{question.pk}/"), writer.post(f"{QUESTIONS}/delete/{question.pk}/")):
        shown = said(reply)
        assert (reply.status_code, "Answers (1)" in shown, "Rose" in shown) == (409, True, False)
    assert (Question.objects.count(), Answer.objects.count()) == (1, 1)


def test_one_without_answers_is_deleted(writer: Client) -> None:
    question = Question.objects.create(service=ServiceFactory(), label="Any pets?")
    writer.post(f"{QUESTIONS}/delete/{question.pk}/")
    assert Question.objects.count() == 0


@pytest.mark.parametrize("role", [Role.FINANCE, Role.MANAGER])
def test_nobody_else_writes_them(role: Role) -> None:
    assert staff_with(role).get(f"{QUESTIONS}/add/").status_code == 403
