"""One booking: what is due, a balance paid otherwise, another session, cancelling it for the caregiver."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from payments.admin.timeline import booking_timeline
from payments.domain.cancellation import LessThanShown, NotCancellable, cancel
from payments.domain.new_link import send_new_link
from payments.domain.offline import OfflineRefused, record_balance, reverse_offline_payment
from payments.domain.refunds.quote import quote, read_signed, signed
from payments.domain.release import Released
from payments.domain.reschedule import move_to_session
from payments.enums import Method, OfflineKind, PaymentStatus
from payments.models import Payment
from payments.queries import payments_of, row
from payments.refund_sentences import for_staff
from portal.accounts import reauthentication
from portal.audit.admin_views import Parents
from portal.bookings.details_shown import known_details
from portal.bookings.domain.details import details_of
from portal.bookings.domain.feedback import feedback_on
from portal.bookings.domain.holds import prolong_hold
from portal.bookings.domain.waiver import waive_terms
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import BookingError, TimesOverlap
from portal.bookings.forms import MoveForm, ask_about_overlap
from portal.bookings.models import Booking
from portal.bookings.session_options import choosing
from portal.common import clock, when
from portal.common.money import formatted
from portal.coordination.base import CoordinationView, bookings
from portal.coordination.forms import EnterBalanceForm, ProlongHoldForm, ReverseEntryForm, WaiveTermsForm
from portal.coordination.search import SEE_PAYMENTS

ENTER = "payments.add_offlinereceipt"
REVERSE = "payments.reverse_offlinereceipt"
CHANGE = "bookings.change_booking"
SEE_PEOPLE = "caregivers.view_carerecipient"  # health data: not finance
SEE_NOTES = "caregivers.view_staffnote"


def offline_balance(booking: Booking) -> Payment | None:
    """The balance that staff entered, while it stands."""
    entered = booking.payments.filter(method=Method.OFFLINE, status=PaymentStatus.SUCCEEDED)
    return entered.select_related("offline_receipt").first()


class BookingView(CoordinationView):
    """What it is, what was paid, what can be done."""

    permissions: ClassVar[tuple[str, ...]] = ("bookings.view_booking",)
    template_name = "coordination/booking.html"
    page_title = gettext_lazy("Booking")
    parents: ClassVar[Parents] = ()

    def get(self, request: HttpRequest, booking_id: int) -> HttpResponse:
        booking = get_object_or_404(bookings(), pk=booking_id)
        may = self.request.user.has_perm
        shown = row(booking)
        entered = offline_balance(booking)
        ahead = booking.status == BookingStatus.CONFIRMED and booking.session.starts_at > clock.now()
        return self.page(
            booking=booking,
            row=shown,
            payments=payments_of(booking) if may(SEE_PAYMENTS) else None,
            history=booking_timeline(booking) if may(SEE_PAYMENTS) else None,
            notes=booking.caregiver.staff_notes.select_related("author") if may(SEE_NOTES) else None,
            caregiver=booking.caregiver,
            known=known_details(details_of(booking)) if may(SEE_PEOPLE) else None,
            feedback=feedback_on(booking),
            entered=entered,
            may_enter=may(ENTER) and shown.balance_due > 0,
            may_reverse_entry=may(REVERSE) and entered is not None,
            may_move=may(CHANGE) and ahead,
            may_cancel=may(CHANGE) and shown.can_cancel,
            may_send_link=may(CHANGE) and shown.can_pay,
            may_waive=may(CHANGE) and ahead and booking.terms_waived_at is None,
        )


class QuotedForm(forms.Form):
    """Carries the amount that the page showed; `cleaned_data["quoted"]` is in minor units."""

    quoted = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, booking: Booking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.booking = booking

    def clean_quoted(self) -> int:
        shown = read_signed(self.booking, self.cleaned_data["quoted"])
        if shown is None:
            raise forms.ValidationError(_("This page is out of date. Open it again to see the latest amount."))
        return shown


class BookingFormView(CoordinationView, ABC):
    """A page with one form about one booking."""

    template_name = "coordination/booking_form.html"
    parents: ClassVar[Parents] = ()
    button: str | Promise = ""

    def get(self, request: HttpRequest, booking_id: int) -> HttpResponse:
        booking = get_object_or_404(bookings(), pk=booking_id)
        return self._shown(booking, self.form(booking, reauthentication.typed(request)))

    def post(self, request: HttpRequest, booking_id: int) -> HttpResponse:
        booking = get_object_or_404(bookings(), pk=booking_id)
        form = self.form(booking, request.POST)
        if form.is_valid():
            try:
                message = self.do(booking, form.cleaned_data)
            except TimesOverlap as overlap:
                ask_about_overlap(form, overlap)
            except (OfflineRefused, BookingError) as error:
                form.add_error(None, error.sentence)
            except LessThanShown:
                form = self.form(booking, None)
                messages.error(request, _("Less will be refunded than this page said. Check the amount and try again."))
            except NotCancellable:
                form.add_error(
                    None, _("This booking can’t be cancelled any more. It’s over or has already been cancelled.")
                )
            else:
                messages.success(request, message)
                return redirect("coordination:booking", booking.pk)
        return self._shown(booking, form, status=422)

    def _shown(self, booking: Booking, form: forms.Form, status: int = 200) -> HttpResponse:
        words = {"button": self.button, "explanation": self.explanation(booking)}
        return self.page(
            status=status, booking=booking, row=row(booking), form=form, **words, **self.beside(booking, form)
        )

    def beside(self, booking: Booking, form: forms.Form) -> dict[str, Any]:
        """What the form's template needs beside the form."""
        return {}

    @abstractmethod
    def form(self, booking: Booking, data: Any) -> forms.Form:
        """The form for `booking`."""

    @abstractmethod
    def explanation(self, booking: Booking) -> str:
        """What will happen, in a sentence."""

    @abstractmethod
    def do(self, booking: Booking, data: dict[str, Any]) -> str:
        """Do it; returns what to say."""


class EnterBalanceView(BookingFormView):
    """The balance came in cash, by transfer, at the session."""

    permissions: ClassVar[tuple[str, ...]] = ("bookings.view_booking", ENTER)
    page_title = gettext_lazy("Record an offline payment")
    button = gettext_lazy("Record payment")

    def form(self, booking: Booking, data: Any) -> forms.Form:
        return EnterBalanceForm(data)

    def explanation(self, booking: Booking) -> str:
        due = row(booking).balance_due
        if not due:
            return _("There’s nothing left to pay for this booking.")
        balance = formatted(due, booking.currency)
        return _("We’ll mark %(amount)s as paid and email the caregiver a receipt.") % {"amount": balance}

    def do(self, booking: Booking, data: dict[str, Any]) -> str:
        payment = record_balance(
            booking.pk,
            kind=OfflineKind(data["kind"]),
            received_on=data["received_on"],
            reference=data["reference"],
            cause=self.cause,
        )
        return _("Payment of %(amount)s recorded.") % {"amount": formatted(payment.amount, payment.currency)}


class ReverseEntryView(BookingFormView):
    """An entry made by mistake."""

    permissions: ClassVar[tuple[str, ...]] = ("bookings.view_booking", REVERSE)
    needs_recent_authentication = True
    page_title = gettext_lazy("Reverse entry")
    button = gettext_lazy("Reverse entry")

    def form(self, booking: Booking, data: Any) -> forms.Form:
        return ReverseEntryForm(data)

    def explanation(self, booking: Booking) -> str:
        return _("This adds an entry that cancels the payment out, so the balance is due again. Both stay on record.")

    def do(self, booking: Booking, data: dict[str, Any]) -> str:
        entered = offline_balance(booking)
        if entered is None:
            raise OfflineRefused(_("This has already been reversed."))
        reverse_offline_payment(entered.pk, note=data["note"], cause=self.cause)
        return _("The entry has been reversed. The balance is due again.")


class MoveBookingView(BookingFormView):
    """Another session of the same service, without the limit that caregivers have."""

    permissions: ClassVar[tuple[str, ...]] = ("bookings.view_booking", CHANGE)
    page_title = gettext_lazy("Move this booking")
    button = gettext_lazy("Move booking")

    def form(self, booking: Booking, data: Any) -> forms.Form:
        return MoveForm(data, booking=booking)

    def beside(self, booking: Booking, form: forms.Form) -> dict[str, Any]:
        chosen, service = str(form["session"].value() or ""), booking.session.service
        page, current = self.request.path, booking.session_id
        return {**choosing(service, self.request.GET, chosen, page=page, excluding=current), "terms": None}

    def explanation(self, booking: Booking) -> str:
        return _("The price, payments and terms stay the same. We’ll email the caregiver the new time.")

    def do(self, booking: Booking, data: dict[str, Any]) -> str:
        move_to_session(
            booking.pk,
            from_session=data["from_session"],
            to_session=data["session"].pk,
            cause=self.cause,
            within_terms=False,
            accepted=data["accepted"],
        )
        return _("The booking has been moved. We’ll email the caregiver.")


class PayLinkView(BookingFormView):
    """The link to pay the deposit, emailed once more: it was lost, or went to a wrong address."""

    permissions: ClassVar[tuple[str, ...]] = ("bookings.view_booking", CHANGE)
    page_title = gettext_lazy("Send a new payment link")
    button = gettext_lazy("Send the link")

    def form(self, booking: Booking, data: Any) -> forms.Form:
        return forms.Form(data)

    def explanation(self, booking: Booking) -> str:
        return _(
            "We’ll email %(email)s a link to pay the deposit without signing in. Earlier links will stop working."
        ) % {"email": booking.caregiver.user.email}

    def do(self, booking: Booking, data: dict[str, Any]) -> str:
        send_new_link(booking.pk, cause=self.cause)
        return _("We’ve sent a new payment link to %(email)s.") % {"email": booking.caregiver.user.email}


class ProlongHoldView(BookingFormView):
    """More time to pay, for a family that cannot do so yet. Every payment link that was sent stays good as long."""

    permissions: ClassVar[tuple[str, ...]] = ("bookings.view_booking", CHANGE)
    page_title = gettext_lazy("Hold the place longer")
    button = gettext_lazy("Hold the place")

    def form(self, booking: Booking, data: Any) -> forms.Form:
        return ProlongHoldForm(data)

    def explanation(self, booking: Booking) -> str:
        return _("From now on, at most until the session starts. The payment link we sent keeps working until then.")

    def do(self, booking: Booking, data: dict[str, Any]) -> str:
        held = prolong_hold(booking.pk, minutes=data["minutes"], cause=self.cause)
        end = held.hold_expires_at or clock.now()
        moment = when.until(held.session.local(end), held.session.local(clock.now()))
        return _("The place is now held until %(moment)s.") % {"moment": moment}


class WaiveTermsView(BookingFormView):
    """A family in a hard place cancels without losing its money."""

    permissions: ClassVar[tuple[str, ...]] = ("bookings.view_booking", CHANGE)
    needs_recent_authentication = True
    page_title = gettext_lazy("Waive the cancellation terms")
    button = gettext_lazy("Waive the terms")

    def form(self, booking: Booking, data: Any) -> forms.Form:
        return WaiveTermsForm(data)

    def explanation(self, booking: Booking) -> str:
        return _(
            "If this booking is cancelled before the session starts, everything that’s been paid will be refunded. You "
            "can’t undo this. The reason is kept in the audit trail."
        )

    def do(self, booking: Booking, data: dict[str, Any]) -> str:
        waive_terms(booking.pk, reason=data["reason"], cause=self.cause)
        return _("The cancellation terms have been waived. The family can now cancel with a full refund.")


class CancelBookingView(BookingFormView):
    """Cancelling for a caregiver who calls: by the same terms as on their own page."""

    permissions: ClassVar[tuple[str, ...]] = ("bookings.view_booking", CHANGE)
    needs_recent_authentication = True
    page_title = gettext_lazy("Cancel this booking")
    button = gettext_lazy("Cancel booking")

    def form(self, booking: Booking, data: Any) -> forms.Form:
        return QuotedForm(data, booking=booking, initial={"quoted": signed(booking, quote(booking).amount)})

    def explanation(self, booking: Booking) -> str:
        return " ".join(for_staff(quote(booking)))

    def do(self, booking: Booking, data: dict[str, Any]) -> str:
        outcome = cancel(booking, cause=self.cause, shown=data["quoted"])
        if outcome is Released.KEPT:
            return _("A payment is in progress. We’ll cancel the booking as soon as it’s finished.")
        return _("The booking has been cancelled. We’ll email the caregiver.")
