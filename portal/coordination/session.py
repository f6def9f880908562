"""Cancelling a session, and moving it to another time."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages

from portal.accounts import reauthentication
from portal.bookings.domain.session_changes import cancel_session, move_session
from portal.bookings.enums import UPCOMING
from portal.bookings.errors import SessionChangeRefused
from portal.bookings.models import Booking, Session
from portal.coordination.base import CoordinationView, sessions
from portal.coordination.forms import CancelSessionForm, MoveSessionForm


class ChangeSessionView(CoordinationView, ABC):
    """Says how many people it is about; then does it, and the session's page shows the progress."""

    permissions: ClassVar[tuple[str, ...]] = ("bookings.change_session", "bookings.change_booking")
    template_name = "coordination/change_session.html"
    button: str | Promise = ""
    explanation: str | Promise = ""

    def get(self, request: HttpRequest, session_id: int) -> HttpResponse:
        session = get_object_or_404(sessions(), pk=session_id)
        return self._shown(session, self.form(session, reauthentication.typed(request)))

    def post(self, request: HttpRequest, session_id: int) -> HttpResponse:
        session = get_object_or_404(sessions(), pk=session_id)
        form = self.form(session, request.POST)
        if form.is_valid():
            try:
                self.change(session, form.cleaned_data)
            except SessionChangeRefused as error:
                form.add_error(None, error.sentence)
            else:
                messages.success(
                    request, gettext("Done. Everyone who booked is being notified. Refresh this page to see progress.")
                )
                return redirect("coordination:attendance", session.pk)
        return self._shown(session, form, status=422)

    def _shown(self, session: Session, form: forms.Form, status: int = 200) -> HttpResponse:
        people = Booking.objects.filter(session=session, status__in=UPCOMING).count()
        words = {"button": self.button, "explanation": self.explanation}
        return self.page(status=status, session=session, form=form, people=people, **words)

    @abstractmethod
    def form(self, session: Session, data: Any) -> forms.Form:
        """The form for `session`."""

    @abstractmethod
    def change(self, session: Session, data: dict[str, Any]) -> None:
        """Do it. Raises SessionChangeRefused."""


class CancelSessionView(ChangeSessionView):
    """Everybody is refunded in full, whatever the terms, and told."""

    needs_recent_authentication = True
    page_title = _("Cancel this session")
    button = _("Cancel session")
    explanation = _(
        "We’ll cancel every booking, refund everything that’s been paid (apart from disputed payments) and email each "
        "caregiver. You can’t undo this."
    )

    def form(self, session: Session, data: Any) -> forms.Form:
        return CancelSessionForm(data)

    def change(self, session: Session, data: dict[str, Any]) -> None:
        cancel_session(session.pk, cause=self.cause, message=data["message"])


class MoveSessionView(ChangeSessionView):
    """Everybody is told, and may cancel free of charge from then on."""

    page_title = _("Move this session")
    button = _("Move session")
    explanation = _(
        "Bookings, payments and the length stay the same. We’ll email each caregiver the new time, and they can cancel "
        "free of charge until it starts. Afterwards, the session page shows who has another booking at that time."
    )

    def form(self, session: Session, data: Any) -> forms.Form:
        return MoveSessionForm(data, session=session)

    def change(self, session: Session, data: dict[str, Any]) -> None:
        move_session(
            session.pk,
            seen_starts_at=data["seen"],
            starts_at=data["starts_at"],
            cause=self.cause,
            message=data["message"],
        )
