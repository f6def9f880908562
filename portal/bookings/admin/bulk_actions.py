"""Changing many sessions at once from their list."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from portal.bookings.enums import SessionStatus
from portal.bookings.models import Session

AS_IT_IS = ("", _("Leave as it is"))


class ChangeSessionsForm(forms.Form):
    """What all of them get; empty fields leave theirs to each."""

    status = forms.ChoiceField(
        label=_("Booking"),
        required=False,
        choices=[
            AS_IT_IS,
            (SessionStatus.OPEN.value, _("Open for booking")),
            (SessionStatus.CLOSED.value, _("Closed for booking")),
        ],
    )
    capacity = forms.IntegerField(
        label=_("Places"), required=False, min_value=1, max_value=1000, help_text=_("Leave empty to keep each number.")
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError(_("Choose what to change."))
        return cleaned


@hooks.register("register_bulk_action")
class ChangeSessions(SnippetBulkAction):  # type: ignore[misc]
    """Opens, closes, or gives them another number of places: never fewer than are booked, and never a cancelled one."""

    display_name = _("Change")
    action_type = "change"
    aria_label = _("Change selected sessions")
    template_name = "bookings/admin/change_sessions.html"
    models: ClassVar[list[type[Session]]] = [Session]
    form_class = ChangeSessionsForm

    def check_perm(self, snippet: Session) -> bool:
        return bool(self.request.user.has_perm("bookings.change_session"))

    def get_execution_context(self) -> dict[str, Any]:
        return {**super().get_execution_context(), "changes": self.cleaned_form.cleaned_data}

    @classmethod
    def execute_action(cls, objects: Sequence[Session], *, changes: dict[str, Any], **kwargs: Any) -> tuple[int, int]:
        """How many were changed, and how many were left."""
        values = {name: value for name, value in changes.items() if value}
        if "status" in values:
            values["closed_by"] = ""  # by hand now: no closure that ends opens it
        sessions = Session.objects.filter(pk__in=[session.pk for session in objects])
        changed = sessions.exclude(status=SessionStatus.CANCELLED).filter(
            held__lte=values.get("capacity", F("capacity"))
        )
        number = changed.update(**values)
        return number, len(objects) - number

    def get_success_message(self, changed: int, left: int) -> str:
        sentence = ngettext("%(number)d session changed.", "%(number)d sessions changed.", changed) % {
            "number": changed
        }
        if not left:
            return sentence
        return ngettext(
            "%(sentence)s %(number)d was left as it is: it’s cancelled, or has more places booked.",
            "%(sentence)s %(number)d were left as they are: they’re cancelled, or have more places booked.",
            left,
        ) % {"sentence": sentence, "number": left}
