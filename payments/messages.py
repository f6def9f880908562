"""The e-mails about bookings and payments: when they go, their shipped wording, their placeholders."""

from typing import Final

from portal.notifications.templates import MessageTemplate

_BOOKING: Final = {
    "name": "Amara",
    "service": "Respite care at home",
    "date": "Thursday 3 December 2026",
    "time": "10:00am to 1:00pm (GMT)",
    "person": "Rose Okafor",
    "reference": "7K3M-9QX2-W4TD",
    "url": "/bookings/7K3M-9QX2-W4TD/",
}
_AMOUNT: Final = {**_BOOKING, "amount": "£11.25"}

DEPOSIT_RECEIVED: Final = MessageTemplate(
    key="deposit_received",
    name="Deposit received",
    sent_when="Stripe has told us that a deposit was paid.",
    subject="We have received your deposit of {amount}",
    body=(
        "Dear {name},\n\n"
        "Thank you. We have received your deposit of {amount} for {service} on {date}, {time}, for {person}.\n\n"
        "Your booking reference is {reference}. You can see and print your receipt at any time."
    ),
    button="See your receipt",
    samples=_AMOUNT,
)
BALANCE_RECEIVED: Final = MessageTemplate(
    key="balance_received",
    name="Balance received",
    sent_when="The rest of the price was paid.",
    subject="We have received your payment of {amount}",
    body=(
        "Dear {name},\n\n"
        "Thank you. We have received your payment of {amount}. {service} on {date} for {person} is now paid in full."
    ),
    button="See your receipt",
    samples=_AMOUNT,
)
BOOKING_CONFIRMED: Final = MessageTemplate(
    key="booking_confirmed",
    name="Booking confirmed",
    sent_when="A booking is confirmed.",
    subject="Your booking is confirmed: {service} on {date}",
    body=(
        "Dear {name},\n\n"
        "{person} has a place: {service} on {date}, {time}.\n\n"
        "If something changes, you can cancel from your bookings page; it shows what comes back to you before you "
        "decide."
    ),
    button="See your booking",
    samples=_BOOKING,
)
PAYMENT_FAILED: Final = MessageTemplate(
    key="payment_failed",
    name="Payment failed",
    sent_when="An attempt to pay was declined.",
    subject="Your payment did not go through",
    body=(
        "Dear {name},\n\n"
        "Your bank did not accept the payment of {amount} for {service} on {date}. Nothing has been charged.\n\n"
        "Your place is still held until {until}. You can try again, with the same card or another one."
    ),
    button="Try again",
    samples={**_AMOUNT, "until": "10:30am on Monday 23 November"},
)
BALANCE_FAILED: Final = MessageTemplate(
    key="balance_failed",
    name="Balance payment failed",
    sent_when="An attempt to pay the rest of the price was declined.",
    subject="Your payment did not go through",
    body=(
        "Dear {name},\n\n"
        "Your bank did not accept the payment of {amount} for {service} on {date}. Nothing has been charged.\n\n"
        "The place is still yours. You can try again before the session, with the same card or another one."
    ),
    button="Try again",
    samples=_AMOUNT,
)
HOLD_ENDING: Final = MessageTemplate(
    key="hold_ending",
    name="Hold about to expire",
    sent_when="A place is held without a deposit and the time is nearly over.",
    subject="Your place is held until {until}",
    body=(
        "Dear {name},\n\n"
        "We are holding a place for {person} in {service} on {date} until {until}. To keep it, please pay the "
        "deposit of {amount}.\n\n"
        "If you need longer, you can ask for more time on the payment page, once."
    ),
    button="Pay the deposit",
    samples={**_AMOUNT, "until": "10:30am on Monday 23 November"},
)
BOOKING_EXPIRED: Final = MessageTemplate(
    key="booking_expired",
    name="Booking expired",
    sent_when="The time to pay a deposit has ended and the place was released.",
    subject="The place we held for you has been released",
    body=(
        "Dear {name},\n\n"
        "We did not receive a deposit in time, so the place for {person} in {service} on {date} is free for others "
        "again. Nothing has been charged.\n\n"
        "You are welcome to book again."
    ),
    button="Book again",
    samples=_BOOKING,
)
BOOKING_CANCELLED: Final = MessageTemplate(
    key="booking_cancelled",
    name="Booking cancelled",
    sent_when="A booking was cancelled, by the caregiver or by us.",
    subject="Your booking for {date} is cancelled",
    body=("Dear {name},\n\nThe booking of {service} on {date} for {person} is cancelled.\n\n{refund}"),
    button="See your booking",
    samples={
        **_BOOKING,
        "refund": "We are sending £11.25 back the way you paid. To a card it can take 5 to 10 days.",
    },
)
LATE_MONEY_RETURNED: Final = MessageTemplate(
    key="late_money_returned",
    name="Late payment returned",
    sent_when="Money came for a place that had been released, and the place could not be given back.",
    subject="We are returning your payment of {amount}",
    body=(
        "Dear {name},\n\n"
        "Your payment of {amount} for {service} on {date} reached us after the place had been released, and we could "
        "not give it back to you. We are sorry.\n\n"
        "We are returning the whole amount to your card. It can take 5 to 10 days to arrive."
    ),
    button="Choose another session",
    samples=_AMOUNT,
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
    LATE_MONEY_RETURNED,
)
