"""What was sent to whom (`Notification`), and the wording editors keep (`MessageText`)."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.models import PreviewableMixin, RevisionMixin

from portal.common import clock
from portal.common.leases import Leased
from portal.notifications.templates import REGISTRY, MessageTemplate, unknown_placeholders


class NotificationStatus(models.TextChoices):
    """How far a notification got. Unknown: handed over, then the worker died; it is resent once."""

    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    UNKNOWN = "unknown", "Unknown, will be resent once"
    FAILED = "failed", "Failed"
    NOT_SENT = "not_sent", _("Not sent: the account is erased")


class Notification(Leased):
    """One e-mail, written in the same transaction as its cause. `dedupe_key` names the cause: one e-mail each."""

    created_at = models.DateTimeField(default=clock.now, editable=False)
    template = models.CharField(max_length=64, editable=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="notifications", editable=False
    )
    to = models.EmailField(editable=False)
    context = models.JSONField(default=dict, editable=False)
    about = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    dedupe_key = models.CharField(max_length=128, unique=True, editable=False)
    status = models.CharField(
        max_length=10, choices=NotificationStatus, default=NotificationStatus.QUEUED, editable=False
    )
    resent = models.BooleanField(default=False, editable=False)
    message_id = models.CharField(max_length=255, blank=True, editable=False)
    subject = models.CharField(max_length=255, blank=True, editable=False)
    body = models.TextField(blank=True, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(
                fields=["due_at"],
                name="notification_due",
                condition=models.Q(status__in=["queued", "sending", "unknown"]),
            ),
            models.Index(fields=["created_at"], name="notification_created_at"),
        )

    def __str__(self) -> str:
        return f"{self.template} to {self.to}"


def template_choices() -> list[tuple[str, str]]:
    """The registered templates, for forms."""
    return sorted((template.key, template.name) for template in REGISTRY.values())


class MessageText(PreviewableMixin, RevisionMixin, models.Model):
    """The wording of one e-mail, kept by content editors."""

    key = models.CharField(max_length=64, unique=True, choices=template_choices, editable=False)
    subject = models.CharField(max_length=150)
    body = models.TextField(help_text="A blank line starts a new paragraph.")
    button = models.CharField(max_length=60, help_text="Text of the button that leads to the portal.")

    panels: ClassVar[list[Any]] = [
        HelpPanel(template="notifications/admin/placeholders.html"),
        FieldPanel("subject"),
        FieldPanel("body"),
        FieldPanel("button"),
    ]

    class Meta:
        ordering = ("key",)
        verbose_name = "e-mail text"
        verbose_name_plural = "e-mail texts"

    def __str__(self) -> str:
        return self.template.name if self.key in REGISTRY else self.key

    @property
    def template(self) -> MessageTemplate:
        """The template whose wording this is. Raises KeyError when no app registers it any more."""
        return REGISTRY[self.key]

    def clean(self) -> None:
        allowed = self.template.samples
        for field in ("subject", "body", "button"):
            if unknown := unknown_placeholders(getattr(self, field), allowed):
                known = ", ".join(f"{{{name}}}" for name in sorted(allowed))
                raise ValidationError({field: f"{', '.join(unknown)} is not known here. You can use: {known}."})

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return "notifications/message.html"

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        from portal.notifications.domain.render import rendered

        message = rendered(self.subject, self.body, self.button, self.template.samples)
        return {**super().get_preview_context(request, mode_name), "message": message}
