"""What pages say in each state of a booking, a deposit and a balance: shipped wording, kept by editors from then on.

The wording is marked for translation and stays text: it may be kept in a row, where editors change it.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from payments.deposit_copy import copy_for
from payments.enums import Purpose
from payments.queries import minutes_left_forms
from payments.samples import sample_price, sample_row
from portal.notifications.page_texts import PageTemplate

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_AMOUNT: Final = {"amount": "£33.75"}
_REASON: Final = {"reason": "Your card was declined."}
_EXPIRED: Final = _(
    "We didn’t receive your deposit in time, so we’ve released your place. You haven’t been charged.\n\n"
    "If the session still has room, you can book it again. If you did pay, please don’t pay again: we’ll refund a "
    "payment that arrives too late, and email you."
)
_CANCELLED: Final = _(
    "This booking has been cancelled, so there’s nothing to pay.\n\n"
    "If you’d already paid, we’ll refund you under the terms you booked on. You can see your refund on the booking’s "
    "page."
)
_RELEASED: Final = _(
    "We’re releasing this place, so you can no longer pay for it.\n\n"
    "If you’ve just paid, you’ll either keep your place or get a full refund. We’ll email you."
)
_PROCESSING: Final = _(
    "Your bank has your payment. This usually takes a few seconds.\n\n"
    "You can close this page. We’ll hold your place and email you once your payment is confirmed. Please don’t pay "
    "again."
)
_UNAVAILABLE: Final = _("We can’t reach our payment provider. You haven’t been charged, and your booking is safe.")
_REFUSED: Final = _(
    "Our payment provider didn’t accept this payment. You haven’t been charged. Trying again won’t help: please "
    "contact us and we’ll find another way for you to pay."
)


def _page(request: HttpRequest, *, state: str, purpose: Purpose) -> HttpResponse:
    context = {
        "state": state,
        "purpose": purpose.value,
        "copy": copy_for(purpose),
        "booking": sample_row(),
        "price": sample_price(),
        "minutes_left": minutes_left_forms(),
    }
    return TemplateResponse(request, "payments/deposit.html", context).render()


def _notice(request: HttpRequest, *, key: str, kind: str) -> HttpResponse:
    return TemplateResponse(request, "payments/notice_preview.html", {"key": key, "kind": kind}).render()


def _state(
    purpose: Purpose, state: str, name: "StrOrPromise", heading: str, body: str, samples: dict[str, str] | None = None
) -> PageTemplate:
    page: Callable[[HttpRequest], HttpResponse] = partial(_page, state=state, purpose=purpose)
    where = gettext_lazy("On the page where a deposit is paid.")
    if purpose == Purpose.BALANCE:
        where = gettext_lazy("On the page where a balance is paid.")
    return PageTemplate(f"{purpose.value}_{state}", name, where, body, page, heading, samples or {})


def _sentence(
    key: str, name: "StrOrPromise", where: "StrOrPromise", body: str, kind: str, samples: dict[str, str] | None = None
) -> PageTemplate:
    return PageTemplate(
        key,
        name,
        where,
        body,
        partial(_notice, key=key, kind=kind),
        samples=samples or {},
        required=tuple(samples or {}),
    )


D, B = Purpose.DEPOSIT, Purpose.BALANCE
_L = gettext_lazy
TEMPLATES: Final = (
    _state(D, "processing", _L("Deposit: payment processing"), _("We’re confirming your deposit"), _PROCESSING),
    _state(D, "expired", _L("Deposit: time to pay is over"), _("Your place is no longer held"), _EXPIRED),
    _state(D, "cancelled", _L("Deposit: booking cancelled"), _("No deposit is due"), _CANCELLED),
    _state(D, "released", _L("Deposit: place being released"), _("No deposit is due"), _RELEASED),
    _state(
        D,
        "unavailable",
        _L("Deposit: Stripe can’t be reached"),
        _("We can’t take your deposit right now"),
        _UNAVAILABLE,
    ),
    _state(D, "refused", _L("Deposit: not accepted by Stripe"), _("We can’t take your deposit right now"), _REFUSED),
    _sentence(
        "deposit_declined",
        _L("Deposit: card declined"),
        _L("Below the card form, after the bank’s reason."),
        _("{reason} You haven’t been charged and your place is still held. Try another card, or contact us."),
        "bad",
        _REASON,
    ),
    _state(B, "processing", _L("Balance: payment processing"), _("We’re confirming your payment"), _PROCESSING),
    _state(
        B,
        "paid",
        _L("Balance: paid"),
        _("Paid in full"),
        _("Thank you. You’ve paid in full, and your receipt is ready."),
    ),
    _state(B, "expired", _L("Balance: time to pay is over"), _("Nothing is due"), _EXPIRED),
    _state(B, "cancelled", _L("Balance: booking cancelled"), _("Nothing is due"), _CANCELLED),
    _state(B, "released", _L("Balance: place being released"), _("Nothing is due"), _RELEASED),
    _state(
        B,
        "unavailable",
        _L("Balance: Stripe can’t be reached"),
        _("We can’t take your payment right now"),
        _UNAVAILABLE,
    ),
    _state(B, "refused", _L("Balance: not accepted by Stripe"), _("We can’t take your payment right now"), _REFUSED),
    _state(
        B,
        "begun",
        _L("Balance: session has started"),
        _("You can no longer pay the balance online"),
        _(
            "The session has started, so you can no longer pay the balance of {amount} online.\n\n"
            "Please pay our team at the session, or contact us. If you’ve just paid, don’t pay again: we’ll email you."
        ),
        _AMOUNT,
    ),
    _sentence(
        "balance_declined",
        _L("Balance: card declined"),
        _L("Below the card form, after the bank’s reason."),
        _("{reason} You haven’t been charged. Try another card, or contact us."),
        "bad",
        _REASON,
    ),
    _sentence(
        "booking_processing",
        _L("Booking: payment processing"),
        _L("On the booking, while a bank takes its time."),
        _(
            "Your bank is processing your payment of {amount}. Please don’t pay again. We’ll email you once we’ve "
            "received it."
        ),
        "wait",
        _AMOUNT,
    ),
    _sentence(
        "booking_cancelled",
        _L("Booking: cancelled"),
        _L("Once a caregiver has cancelled a booking."),
        _("Your booking has been cancelled. We’ve sent you an email."),
        "good",
    ),
    _sentence(
        "booking_moved",
        _L("Booking: moved"),
        _L("Once a caregiver has moved a booking."),
        _("Your booking has been moved. Your payment moves with it. We’ve sent you an email."),
        "good",
    ),
)
