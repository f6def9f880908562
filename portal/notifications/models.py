"""What was sent to whom (`Notification`), and the wording editors keep (`MessageText`, `PageText`)."""

from collections.abc import Mapping
from typing import Any, ClassVar

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.models import DraftStateMixin, LockableMixin, PreviewableMixin, RevisionMixin, WorkflowMixin

from portal.common import clock
from portal.common.leases import Leased
from portal.notifications.page_texts import PAGE_TEXTS, PageTemplate
from portal.notifications.templates import (
    REGISTRY,
    MessageTemplate,
    missing_placeholders,
    stray_braces,
    unknown_placeholders,
)


class NotificationStatus(models.TextChoices):
    """How far a notification got. Unknown: handed over, then the worker died; it is resent once."""

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    UNKNOWN = "unknown", _("Unknown, will be resent once")
    FAILED = "failed", _("Failed")
    NOT_SENT = "not_sent", _("Not sent: account deleted")


class Notification(Leased):
    """One email, written in the same transaction as its cause. `dedupe_key` names the cause: one email each."""

    created_at = models.DateTimeField(_("date created"), default=clock.now, editable=False)
    template = models.CharField(_("email"), max_length=64, editable=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="notifications", editable=False
    )
    to = models.EmailField(_("to"), editable=False)
    context = models.JSONField(default=dict, editable=False)
    about = models.CharField(_("about"), max_length=64, blank=True, db_index=True, editable=False)
    dedupe_key = models.CharField(max_length=128, unique=True, editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=NotificationStatus, default=NotificationStatus.QUEUED, editable=False
    )
    resent = models.BooleanField(default=False, editable=False)
    message_id = models.CharField(max_length=255, blank=True, editable=False)
    subject = models.CharField(_("subject"), max_length=255, blank=True, editable=False)
    body = models.TextField(blank=True, editable=False)
    sent_at = models.DateTimeField(_("date sent"), null=True, editable=False)

    class Meta:
        verbose_name = _("sent email")
        verbose_name_plural = _("sent emails")
        ordering = ("-pk",)
        indexes = (
            models.Index(
                fields=["due_at"],
                name="notification_due",
                condition=models.Q(status__in=["queued", "sending", "unknown"]),
            ),
            models.Index(fields=["created_at"], name="notification_created_at"),
            models.Index(fields=["to", "created_at"], name="notification_to"),
            models.Index(fields=["template", "created_at"], name="notification_template"),
        )

    def __str__(self) -> str:
        return f"{self.template} to {self.to}"

    @property
    def label(self) -> str:
        """Which email it is, in words."""
        template = REGISTRY.get(self.template)
        return str(template.name) if template else self.template.replace("_", " ").capitalize()


def template_choices() -> list[tuple[str, str]]:
    """The registered templates, for forms."""
    return sorted((template.key, str(template.name)) for template in REGISTRY.values())


class Wording(WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, PreviewableMixin, models.Model):
    """Words that editors keep for one moment in the code: drafted, reviewed, scheduled, published; never added by hand.

    While it is unpublished, the shipped words are used.
    """

    key = models.CharField(max_length=64, unique=True, editable=False)
    # As the mixins have them, with a value for rows that a release before writes.
    live = models.BooleanField(_("live"), default=True, db_default=True, editable=False)
    has_unpublished_changes = models.BooleanField(
        _("has unpublished changes"), default=False, db_default=False, editable=False
    )
    expired = models.BooleanField(_("expired"), default=False, db_default=False, editable=False)
    locked = models.BooleanField(_("locked"), default=False, db_default=False, editable=False)

    TEMPLATES: ClassVar[Mapping[str, MessageTemplate | PageTemplate]] = {}
    WORDS: ClassVar[tuple[str, ...]] = ()  # the fields with placeholders; the required ones stand in any of them

    class Meta:
        abstract = True
        ordering = ("key",)

    def __str__(self) -> str:
        return str(self.TEMPLATES[self.key].name) if self.key in self.TEMPLATES else self.key

    @property
    def samples(self) -> Mapping[str, str]:
        """Each placeholder with a sample value. Raises KeyError when no app registers the template any more."""
        return self.TEMPLATES[self.key].samples

    @property
    def required(self) -> tuple[str, ...]:
        """Placeholders without which the words are refused. Raises KeyError as `samples` does."""
        return self.TEMPLATES[self.key].required

    def clean(self) -> None:
        super().clean()
        errors = {field: sentence for field in self.WORDS if (sentence := self._slip(getattr(self, field)))}
        everything = " ".join(getattr(self, field) for field in self.WORDS)
        missing = missing_placeholders(everything, self.required)
        if missing and not errors:
            sentence = gettext("Add %(missing)s: without it, this text doesn’t say what people need.")
            errors["body"] = sentence % {"missing": ", ".join(missing)}
        if errors:
            raise ValidationError(errors)

    def _slip(self, words: str) -> str:
        """What is wrong with the placeholders; empty when nothing is."""
        known = ", ".join(f"{{{name}}}" for name in sorted(self.samples))
        if stray := stray_braces(words):
            sentence = gettext(
                "Check the curly brackets at %(stray)s. A placeholder has one on each side. You can use: %(known)s."
            )
            return sentence % {"stray": ", ".join(stray), "known": known}
        if unknown := unknown_placeholders(words, self.samples):
            sentence = gettext("You can’t use %(unknown)s here. You can use: %(known)s.")
            return sentence % {"unknown": ", ".join(unknown), "known": known}
        return ""


class MessageText(Wording):
    """The wording of one email, kept by content editors."""

    key = models.CharField(max_length=64, unique=True, choices=template_choices, editable=False)
    subject = models.CharField(_("subject"), max_length=150)
    body = models.TextField(_("text"), help_text=_("Leave a blank line to start a new paragraph."))
    button = models.CharField(_("button"), max_length=60, help_text=_("The text on the button that opens the portal."))

    TEMPLATES = REGISTRY
    WORDS = ("subject", "body", "button")
    panels: ClassVar[list[Any]] = [
        HelpPanel(template="notifications/admin/placeholders.html"),
        FieldPanel("subject"),
        FieldPanel("body"),
        FieldPanel("button"),
    ]

    class Meta(Wording.Meta):
        verbose_name = _("email text")
        verbose_name_plural = _("email texts")

    @property
    def template(self) -> MessageTemplate:
        """The template whose wording this is. Raises KeyError when no app registers it any more."""
        return REGISTRY[self.key]

    @method_decorator(csp_update({"style-src": [UNSAFE_INLINE]}))  # an email's styles are inline
    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The email as it is sent, with sample values."""
        from portal.notifications.domain.render import rendered

        template = self.template
        message = rendered(self.subject, self.body, self.button, template.samples, template.details)
        return HttpResponse(message.html)


class PageText(Wording):
    """What a page says in one state of a booking or a payment, kept by content editors."""

    heading = models.CharField(_("heading"), max_length=120, blank=True)
    body = models.TextField(_("text"), help_text=_("Leave a blank line to start a new paragraph."))

    TEMPLATES = PAGE_TEXTS
    WORDS = ("heading", "body")
    panels: ClassVar[list[Any]] = [
        HelpPanel(template="notifications/admin/placeholders.html"),
        FieldPanel("heading"),
        FieldPanel("body"),
    ]

    class Meta(Wording.Meta):
        verbose_name = _("page text")
        verbose_name_plural = _("page texts")

    @property
    def template(self) -> PageTemplate:
        """The moment whose wording this is. Raises KeyError when no app registers it any more."""
        return PAGE_TEXTS[self.key]

    def clean(self) -> None:
        super().clean()
        if bool(self.heading) != bool(self.template.heading):
            sentence = gettext("Enter a heading.") if self.template.heading else gettext("This text has no heading.")
            raise ValidationError({"heading": sentence})

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The page in this state, with a sample booking."""
        from portal.notifications.domain.page_texts import previewing

        with previewing(self):
            return self.template.preview(request)
