"""Saving what changes the sessions to come: first the list of what appears and ends, then the change."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.snippets.views.snippets import CreateView, DeleteView, EditView

from portal.accounts import reauthentication
from portal.bookings.domain.availability import generate_upcoming
from portal.bookings.domain.schedule import SchedulePlan, record_deleted, reopen_after_closure
from portal.bookings.errors import SessionChangeRefused
from portal.bookings.models import Closure, Service, Session
from portal.common.admin_page import breadcrumbs

CONFIRMED, BACK = "schedule", "edit"
SHOWN = 50  # sessions of each kind; the rest is a number


def _again(view: Any, form: Any) -> HttpResponse:
    """The form with what was typed."""
    view.form = form
    return view.render_to_response(view.get_context_data(form=form))  # type: ignore[no-any-return]


class ReviewedView:
    """Of a form with a `plan()`. What was reviewed is what is done: a plan that has changed since is shown anew."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        plan, answer = form.plan(), self.request.POST.get(CONFIRMED, "")
        if answer == BACK:
            return _again(self, form)
        if plan.needs_review and answer != plan.fingerprint:
            return self._review(form, plan)
        form.reviewed = plan
        return super().form_valid(form)  # type: ignore[misc, no-any-return]

    def _review(self, form: Any, plan: SchedulePlan) -> HttpResponse:
        typed = [
            (name, value)
            for name, values in self.request.POST.lists()
            for value in values
            if name not in (CONFIRMED, "csrfmiddlewaretoken")
        ]
        title = str(form.instance)
        context = {
            "page_title": title,
            "header_icon": "calendar-alt",
            "breadcrumbs_items": breadcrumbs(title),
            "plan": plan,
            "typed": typed,
            "shown": SHOWN,
            "cancels": form.cleaned_data.get("cancel_booked", False),
        }
        return render(self.request, "bookings/admin/schedule_review.html", context)


class ServiceEditView(ReviewedView, EditView):  # type: ignore[misc]
    """A service with its weekly sessions."""


class CancellingView(ReviewedView):
    """Cancelling what was paid for asks who is there, as the care desk does."""

    def form_valid(self, form: Any) -> HttpResponse:
        cancels = form.cleaned_data["cancel_booked"] and form.plan().booked
        asked = reauthentication.reauthenticate_first(self.request) if cancels else None
        try:
            return asked or super().form_valid(form)
        except SessionChangeRefused as refused:
            form.add_error("cancel_booked", refused.sentence)
            return _again(self, form)

    def get_form_kwargs(self) -> dict[str, Any]:
        """With what was typed before the question who is there."""
        kwargs: dict[str, Any] = super().get_form_kwargs()  # type: ignore[misc]
        if typed := reauthentication.typed(self.request):
            kwargs["data"] = typed
        return kwargs


class ClosureCreateView(CancellingView, CreateView):  # type: ignore[misc]
    """A closure to be."""


class ClosureEditView(CancellingView, EditView):  # type: ignore[misc]
    """One that is there."""


class SessionEditView(EditView):  # type: ignore[misc]
    """A session that somebody else has changed meanwhile is said, not written over."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)  # type: ignore[no-any-return]
        except SessionChangeRefused as refused:
            messages.error(self.request, refused.sentence)
            return _again(self, form)


class SessionDeleteView(DeleteView):  # type: ignore[misc]
    """A deleted session does not come back with the night's: both are written, or neither."""

    @transaction.atomic
    def delete_action(self) -> None:
        record_deleted([self.object])
        super().delete_action()


class ClosureDeleteView(DeleteView):  # type: ignore[misc]
    """The days of a deleted closure get their sessions at once."""

    @transaction.atomic
    def delete_action(self) -> None:
        super().delete_action()
        _fill_reopened_days()


@hooks.register("before_bulk_action")
def record_deleted_together(request: HttpRequest, action_type: str, objects: list[Any], action: BulkAction) -> None:
    """As SessionDeleteView; Wagtail calls it in the transaction that deletes."""
    if action_type == "delete" and action.model is Session:
        record_deleted(objects)


@hooks.register("after_bulk_action")
def fill_days_reopened_together(request: HttpRequest, action_type: str, objects: list[Any], action: BulkAction) -> None:
    """As ClosureDeleteView; Wagtail calls it in the transaction that deletes."""
    if action_type == "delete" and action.model is Closure:
        _fill_reopened_days()


def _fill_reopened_days() -> None:
    reopen_after_closure()
    for service in Service.objects.filter(active=True):
        generate_upcoming(service)
