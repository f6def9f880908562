"""What an editor asks about the people a service is for, and what their caregivers answered."""

from typing import ClassVar, Final

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.bookings.models.service import Service
from portal.caregivers.models import CareRecipient
from portal.common import clock

YES_NO: Final = {"yes": _("Yes"), "no": _("No")}


class QuestionKind(models.TextChoices):
    """How a question is answered."""

    TEXT = "text", _("Text")
    YES_NO = "yes_no", _("Yes or no")
    CHOICE = "choice", _("Choice from a list")


class Question(models.Model):
    """Asked once a person, on the details page of a booking of the service, and confirmed at the next booking."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="questions", verbose_name=_("service"))
    label = models.CharField(_("question"), max_length=150, help_text=_("For example: Does she use a wheelchair?"))
    help_text = models.CharField(_("hint"), max_length=200, blank=True)
    kind = models.CharField(_("type of answer"), max_length=10, choices=QuestionKind, default=QuestionKind.TEXT)
    choices = models.TextField(_("choices"), blank=True, help_text=_("One on each line, for a choice from a list."))
    required = models.BooleanField(_("must be answered"), default=False)
    active = models.BooleanField(
        _("asked"), default=True, help_text=_("Clear this to stop asking. Answers already given are kept.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("Order on the page."))

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ("service__position", "service", "position", "pk")

    def __str__(self) -> str:
        return self.label

    @property
    def choice_list(self) -> list[str]:
        """The choices, each once, in the editor's order."""
        return list(dict.fromkeys(line.strip() for line in self.choices.splitlines() if line.strip()))

    @property
    def values(self) -> list[str]:
        """What an answer may be; empty for text."""
        if self.kind == QuestionKind.YES_NO:
            return list(YES_NO)
        return self.choice_list if self.kind == QuestionKind.CHOICE else []

    def clean(self) -> None:
        if self.kind == QuestionKind.CHOICE and len(self.choice_list) < 2:
            raise ValidationError({"choices": _("Enter at least two choices, one on each line.")})
        if any(len(choice) > 100 for choice in self.choice_list):
            raise ValidationError({"choices": _("Each choice can have up to 100 characters.")})


class Answer(models.Model):
    """What was last answered for one person; empty when a question that need not be answered was left out."""

    question = models.ForeignKey(
        Question, on_delete=models.PROTECT, related_name="answers", verbose_name=_("question"), editable=False
    )
    care_recipient = models.ForeignKey(
        CareRecipient, on_delete=models.PROTECT, related_name="answers", verbose_name=_("person"), editable=False
    )
    value = models.TextField(_("answer"), max_length=1000, blank=True, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), default=clock.now, editable=False)

    wagtail_reference_index_ignore = True  # no content

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["care_recipient", "question"], name="one_answer_per_person")
        ]

    def __str__(self) -> str:
        """The answer without the person: it is listed where a question cannot be deleted."""
        return f"{self.question} ({self.pk})"

    @property
    def shown(self) -> str:
        """As people read it; empty when the question was left out."""
        if self.question.kind == QuestionKind.YES_NO and self.value in YES_NO:
            return str(YES_NO[self.value])
        return self.value
