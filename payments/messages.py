"""The emails about bookings and payments: when they go, their shipped wording, their placeholders.

The wording is marked for translation and stays text: it may be kept in a row, where editors change it.
"""

from typing import Final

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from payments.booking_mail import VISIT, VISIT_AND_PRICE, calendar_entry
from payments.domain import pay_links
from portal.notifications.templates import MessageTemplate

_BOOKING: Final = {
    "name": "Amara",
    "service": "Respite care at home",
    "date": "Thursday 3 December 2026",
    "time": "10am to 1pm",
    "when": "Thursday 3 December 2026, 10am to 1pm",
    "person": "Rose Okafor",
    "location": "At your home",
    "reference": "7K3M-9QX2-W4TD",
    "url": "/bookings/7K3M-9QX2-W4TD/",
}
_AMOUNT: Final = {**_BOOKING, "amount": "£11.25"}
_PRICE: Final = {
    "price": "£45.00",
    "deposit": "£11.25, paid",
    "left_to_pay": "£33.75, due before the session",
    "terms": (
        "Free to cancel until 10am on Thursday 26 November. From then until 10am on Wednesday 2 December, we’ll refund "
        "half of what you’ve paid. After that, we can’t refund it."
    ),
}
_HELD: Final = {
    **_AMOUNT,
    **_PRICE,
    "deposit": "£11.25, due by 10:30am on Monday 23 November",
    "until": "10:30am on Monday 23 November",
    "url": "/deposit/7K3M-9QX2-W4TD/",
}

DEPOSIT_RECEIVED: Final = MessageTemplate(
    key="deposit_received",
    name=gettext_lazy("Deposit received"),
    sent_when=gettext_lazy("No longer sent: the email that confirms the booking says it."),
    subject=_("We’ve received your deposit of {amount}"),
    body=_(
        "Dear {name},\n\n"
        "Thank you. We’ve received your deposit of {amount} for {service} on {date}, {time}, for {person}.\n\n"
        "Your booking reference is {reference}. You can see and print your receipt at any time."
    ),
    button=_("See your receipt"),
    samples=_AMOUNT,
    details=VISIT,
    retired=True,
)
BALANCE_RECEIVED: Final = MessageTemplate(
    key="balance_received",
    name=gettext_lazy("Balance received"),
    sent_when=gettext_lazy("The balance was paid."),
    subject=_("We’ve received your payment of {amount}"),
    body=_(
        "Dear {name},\n\n"
        "Thank you. We’ve received your payment of {amount}. {service} on {date} for {person} is now paid in full."
    ),
    button=_("See your receipt"),
    samples={
        **_BOOKING,
        **_PRICE,
        "amount": "£33.75",
        "left_to_pay": "£33.75, paid",
        "url": "/bookings/7K3M-9QX2-W4TD/receipt/",
    },
    details=VISIT_AND_PRICE,
)
BOOKING_CONFIRMED: Final = MessageTemplate(
    key="booking_confirmed",
    name=gettext_lazy("Booking confirmed"),
    sent_when=gettext_lazy("A booking is confirmed: its deposit was paid, or it needs none."),
    subject=_("Your booking is confirmed: {service} on {date}"),
    body=_(
        "Dear {name},\n\n"
        "{person}’s place is confirmed: {service} on {date}, {time}.\n\n"
        "{payment}\n\n"
        "If your plans change, you can cancel under Your bookings. We’ll show you how much we’ll refund before you "
        "decide."
    ),
    button=_("See your booking"),
    samples={
        **_BOOKING,
        **_PRICE,
        "payment": "We’ve received your deposit of £11.25. Your receipt is with your booking.",
    },
    details=VISIT_AND_PRICE,
    attachments=calendar_entry,
)
PAYMENT_FAILED: Final = MessageTemplate(
    key="payment_failed",
    name=gettext_lazy("Payment failed"),
    sent_when=gettext_lazy("A payment attempt was declined."),
    subject=_("Your payment didn’t go through"),
    body=_(
        "Dear {name},\n\n"
        "Your bank declined your payment of {amount} for {service} on {date}. You haven’t been charged.\n\n"
        "We’re still holding your place until {until}. You can try again with the same card or another one."
    ),
    button=_("Try again"),
    samples=_HELD,
    fresh_url=pay_links.deposit_path,
    details=VISIT_AND_PRICE,
)
BALANCE_FAILED: Final = MessageTemplate(
    key="balance_failed",
    name=gettext_lazy("Balance payment failed"),
    sent_when=gettext_lazy("An attempt to pay the balance was declined."),
    subject=_("Your payment didn’t go through"),
    body=_(
        "Dear {name},\n\n"
        "Your bank declined your payment of {amount} for {service} on {date}. You haven’t been charged.\n\n"
        "Your place is still confirmed. You can try again before the session with the same card or another one."
    ),
    button=_("Try again"),
    samples={**_BOOKING, **_PRICE, "amount": "£33.75", "url": "/balance/7K3M-9QX2-W4TD/"},
    details=VISIT_AND_PRICE,
)
HOLD_ENDING: Final = MessageTemplate(
    key="hold_ending",
    name=gettext_lazy("Hold about to expire"),
    sent_when=gettext_lazy("A place is held without a deposit and the time is nearly over."),
    subject=_("We’re holding your place until {until}"),
    body=_(
        "Dear {name},\n\n"
        "We’re holding a place for {person}: {service} on {date}, until {until}. To keep it, please pay the "
        "deposit of {amount}.\n\n"
        "If you need longer, you can ask for more time on the payment page, unless you’ve done so already."
    ),
    button=_("Pay the deposit"),
    samples=_HELD,
    fresh_url=pay_links.deposit_path,
    details=VISIT_AND_PRICE,
    required=("until",),
)
BOOKING_EXPIRED: Final = MessageTemplate(
    key="booking_expired",
    name=gettext_lazy("Booking expired"),
    sent_when=gettext_lazy("The time to pay a deposit has ended and the place was released."),
    subject=_("We’re no longer holding your place"),
    body=_(
        "Dear {name},\n\n"
        "We didn’t receive a deposit in time, so we’ve released the place for {person}: {service} on {date}. You "
        "haven’t been charged.\n\n"
        "You’re welcome to book again."
    ),
    button=_("Book again"),
    samples={**_BOOKING, "url": "/book/"},
    details=VISIT,
)
BOOKING_CANCELLED: Final = MessageTemplate(
    key="booking_cancelled",
    name=gettext_lazy("Booking cancelled"),
    sent_when=gettext_lazy("A booking was cancelled, by the caregiver or by us."),
    subject=_("Your booking for {date} has been cancelled"),
    body=_("Dear {name},\n\nYour {service} booking for {person} on {date} has been cancelled.\n\n{refund}"),
    button=_("See your booking"),
    samples={
        **_BOOKING,
        "refund": "We’re refunding £11.25 to the card you used. Allow 5 to 10 days.",
    },
    details=VISIT,
    attachments=calendar_entry,
    required=("refund",),
)
SESSION_CANCELLED: Final = MessageTemplate(
    key="session_cancelled",
    name=gettext_lazy("Session cancelled by us"),
    sent_when=gettext_lazy("We cancelled a session. Everything paid for it is refunded."),
    subject=_("We have to cancel {service} on {date}"),
    body=_(
        "Dear {name},\n\n"
        "We’re sorry, but we have to cancel {service} on {date}, {time}, for {person}.\n\n{message}\n\n{refund}\n\n"
        "You’re welcome to choose another session."
    ),
    button=_("Choose another session"),
    samples={
        **_BOOKING,
        "url": "/book/",
        "message": "Our carer has fallen ill.",
        "refund": "We’re refunding £11.25 to the card you used. Allow 5 to 10 days.",
    },
    details=VISIT,
    attachments=calendar_entry,
    required=("refund",),
)
SESSION_MOVED: Final = MessageTemplate(
    key="session_moved",
    name=gettext_lazy("Session moved by us"),
    sent_when=gettext_lazy("We moved a session to another time."),
    subject=_("{service} has a new time: {date}"),
    body=_(
        "Dear {name},\n\n"
        "We’ve had to move {service} for {person} from {before}. It’s now on {date}, {time}.\n\n{message}\n\n"
        "Your booking and your payment move with it. If the new time doesn’t suit you, you can cancel under Your "
        "bookings at any time before the session and get a full refund."
    ),
    button=_("See your booking"),
    samples={
        **_BOOKING,
        **_PRICE,
        "terms": "Free to cancel until 10am on Thursday 3 December.",
        "before": "10am on Wednesday 2 December",
        "message": "Our carer has fallen ill.",
    },
    details=VISIT_AND_PRICE,
    attachments=calendar_entry,
)
BOOKING_MOVED: Final = MessageTemplate(
    key="booking_moved",
    name=gettext_lazy("Booking moved to another session"),
    sent_when=gettext_lazy("A booking was moved to another session, by the caregiver or by us."),
    subject=_("Your booking has been moved to {date}"),
    body=_(
        "Dear {name},\n\n"
        "Your {service} booking for {person} has been moved to {date}, {time}.\n\n"
        "Your payment moves with it, and the price and terms stay the same. Your reference is still {reference}."
    ),
    button=_("See your booking"),
    samples={**_BOOKING, **_PRICE},
    details=VISIT_AND_PRICE,
    attachments=calendar_entry,
)
SESSION_TOMORROW: Final = MessageTemplate(
    key="session_tomorrow",
    name=gettext_lazy("Session tomorrow"),
    sent_when=gettext_lazy("The day before a confirmed session, from 9am."),
    subject=_("Tomorrow: {service}"),
    body=_(
        "Dear {name},\n\n"
        "Tomorrow, {date}, {time}: {service} for {person}.\n\n{balance}\n\n"
        "If your plans have changed, please let us know as soon as you can."
    ),
    button=_("See your booking"),
    samples={
        **_BOOKING,
        **_PRICE,
        "terms": "If you cancel, we can’t refund what you’ve paid.",
        "balance": "You still have £33.75 to pay. Pay online before the session, or pay our team.",
    },
    former=("where",),
    details=VISIT_AND_PRICE,
)
PAY_LINK: Final = MessageTemplate(
    key="pay_link",
    name=gettext_lazy("Booked by phone: pay the deposit"),
    sent_when=gettext_lazy("Our team booked on behalf of a caregiver, and a deposit is due."),
    subject=_("Please pay the deposit for {service} on {date}"),
    body=_(
        "Dear {name},\n\n"
        "As we agreed, we’re holding a place for {person}: {service} on {date}, {time}.\n\n"
        "To keep it, please pay the deposit of {amount} before {until}. You don’t need to sign in. The button "
        "below works until you’ve paid or the time is over: please don’t pass this email on.\n\n"
        "Your booking reference is {reference}."
    ),
    button=_("Pay the deposit"),
    samples={**_HELD, "url": "/pay/key/"},
    fresh_url=pay_links.fresh_path,
    details=VISIT_AND_PRICE,
    required=("until",),
)
LATE_MONEY_RETURNED: Final = MessageTemplate(
    key="late_money_returned",
    name=gettext_lazy("Late payment refunded"),
    sent_when=gettext_lazy("A payment arrived after the place had been released, and the place was no longer free."),
    subject=_("We’re refunding your payment of {amount}"),
    body=_(
        "Dear {name},\n\n"
        "We’re sorry. Your payment of {amount} for {service} on {date} reached us after we’d released your place, and "
        "we couldn’t book it for you again.\n\n"
        "We’re refunding the full amount to the card you used. Allow 5 to 10 days."
    ),
    button=_("Choose another session"),
    samples={**_AMOUNT, "url": "/book/"},
    details=VISIT,
    required=("amount",),
)

REFUND_SENT: Final = MessageTemplate(
    key="refund_sent",
    name=gettext_lazy("Refund on its way"),
    sent_when=gettext_lazy("Our finance team has made a refund, apart from a cancellation."),
    subject=_("We’re refunding you {amount}"),
    body=_(
        "Dear {name},\n\n"
        "We’re refunding {amount} to the card you used, for {service} on {date}, booking {reference}. "
        "Allow 5 to 10 days.\n\n"
        "You don’t need to do anything."
    ),
    button=_("See your booking"),
    samples=_AMOUNT,
    details=VISIT,
    required=("amount",),
)

REFUND_RETURNED: Final = MessageTemplate(
    key="refund_returned",
    name=gettext_lazy("Refund made by our team"),
    sent_when=gettext_lazy("Our finance team has recorded a refund made outside Stripe."),
    subject=_("We’ve refunded you {amount}"),
    body=_(
        "Dear {name},\n\n"
        "Our team has refunded you {amount} for {service} on {date}, booking {reference}. We didn’t refund your card, "
        "so look for it where you agreed with our team: a bank transfer or cash, for example.\n\n"
        "If you can’t find it, please contact us."
    ),
    button=_("See your booking"),
    samples=_AMOUNT,
    details=VISIT,
)

REFUND_FAILED: Final = MessageTemplate(
    key="refund_failed",
    name=gettext_lazy("Refund didn’t go through"),
    sent_when=gettext_lazy("Stripe or the bank didn’t accept a refund."),
    subject=_("Your refund of {amount} hasn’t gone through"),
    body=_(
        "Dear {name},\n\n"
        "We tried to refund you {amount} for {service} on {date}, booking {reference}. It didn’t go through, often "
        "because the card has expired or been replaced.\n\n"
        "You haven’t lost this money. Our team knows, and will be in touch to agree another way to refund you."
    ),
    button=_("See your booking"),
    samples=_AMOUNT,
    details=VISIT,
)

REFUND_OWED: Final = MessageTemplate(
    key="refund_owed",
    name=gettext_lazy("Refund still owed after a dispute"),
    sent_when=gettext_lazy(
        "A dispute about a payment is closed, and the bank hasn’t returned everything we promised to refund."
    ),
    subject=_("We still owe you {amount}"),
    body=_(
        "Dear {name},\n\n"
        "The dispute about your payment for {service} on {date}, booking {reference}, is closed. The bank "
        "hasn’t returned {amount} that we promised to refund, so we still owe it to you.\n\n"
        "Our team knows, and will be in touch to agree how to refund you."
    ),
    button=_("See your booking"),
    samples=_AMOUNT,
    details=VISIT,
)

TEMPLATES: Final = (
    DEPOSIT_RECEIVED,
    BALANCE_RECEIVED,
    BOOKING_CONFIRMED,
    PAYMENT_FAILED,
    BALANCE_FAILED,
    HOLD_ENDING,
    BOOKING_EXPIRED,
    BOOKING_CANCELLED,
    SESSION_CANCELLED,
    SESSION_MOVED,
    BOOKING_MOVED,
    SESSION_TOMORROW,
    PAY_LINK,
    LATE_MONEY_RETURNED,
    REFUND_SENT,
    REFUND_RETURNED,
    REFUND_FAILED,
    REFUND_OWED,
)
