"""The e-mails about bookings and payments: when they go, their shipped wording, their placeholders."""

from typing import Final

from portal.notifications.templates import MessageTemplate

_BOOKING: Final = {
    "name": "Amara",
    "service": "Respite care at home",
    "date": "Thursday 3 December 2026",
    "time": "10am to 1pm",
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
        "If you need longer, you can ask for more time on the payment page, unless you have done so already."
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
SESSION_CANCELLED: Final = MessageTemplate(
    key="session_cancelled",
    name="Session cancelled by us",
    sent_when="We cancelled a session; everything that was paid for it goes back.",
    subject="We have to cancel {service} on {date}",
    body=(
        "Dear {name},\n\n"
        "We are sorry: we have to cancel {service} on {date}, {time}, for {person}.\n\n{message}\n\n{refund}\n\n"
        "You are welcome to choose another session."
    ),
    button="Choose another session",
    samples={
        **_BOOKING,
        "message": "Our carer has fallen ill.",
        "refund": "We are sending £11.25 back the way you paid. To a card it can take 5 to 10 days.",
    },
)
SESSION_MOVED: Final = MessageTemplate(
    key="session_moved",
    name="Session moved by us",
    sent_when="We moved a session to another time.",
    subject="{service} has a new time: {date}",
    body=(
        "Dear {name},\n\n"
        "We had to move {service} for {person} from {before}. It is now on {date}, {time}.\n\n{message}\n\n"
        "Your place and what you paid stay as they are. If the new time does not suit you, you can cancel on your "
        "bookings page until it begins, and everything you paid comes back."
    ),
    button="See your booking",
    samples={**_BOOKING, "before": "10am on Wednesday 2 December", "message": "Our carer has fallen ill."},
)
BOOKING_MOVED: Final = MessageTemplate(
    key="booking_moved",
    name="Booking moved to another session",
    sent_when="A booking was moved to another session, by the caregiver or by us.",
    subject="Your booking is now on {date}",
    body=(
        "Dear {name},\n\n"
        "The booking of {service} for {person} is now on {date}, {time}.\n\n"
        "What you paid stays with the booking, and so do its price and terms. The reference is still {reference}."
    ),
    button="See your booking",
    samples=_BOOKING,
)
SESSION_TOMORROW: Final = MessageTemplate(
    key="session_tomorrow",
    name="Session tomorrow",
    sent_when="It is the day before a confirmed session, from 9 in the morning.",
    subject="Tomorrow: {service}",
    body=(
        "Dear {name},\n\n"
        "Tomorrow, {date}, {time}: {service} for {person}.\n\n{where}\n\n{balance}\n\n"
        "If something has changed, please tell us as early as you can."
    ),
    button="See your booking",
    samples={
        **_BOOKING,
        "where": "Where: At your home",
        "balance": "£33.75 is still to pay: online before the session, or with our team.",
    },
)
PAY_LINK: Final = MessageTemplate(
    key="pay_link",
    name="Booked by phone: pay the deposit",
    sent_when="Our team booked on behalf of a caregiver, and a deposit is due.",
    subject="Please pay the deposit for {service} on {date}",
    body=(
        "Dear {name},\n\n"
        "As agreed, we are holding a place for {person} in {service} on {date}, {time}.\n\n"
        "To keep it, please sign in and pay the deposit of {amount} before {until}. If you have no password yet, or "
        "have forgotten it, choose “Forgot your password?” where you sign in.\n\n"
        "Your booking reference is {reference}."
    ),
    button="Sign in and pay the deposit",
    samples={**_AMOUNT, "until": "10:30am on Monday 23 November"},
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

REFUND_SENT: Final = MessageTemplate(
    key="refund_sent",
    name="Refund on its way",
    sent_when="Our finance team has sent money back, apart from a cancellation.",
    subject="We are sending {amount} back to you",
    body=(
        "Dear {name},\n\n"
        "We are sending {amount} back to the card you paid with, for {service} on {date}, booking {reference}. "
        "It can take 5 to 10 days to arrive.\n\n"
        "You need not do anything."
    ),
    button="See your booking",
    samples=_AMOUNT,
)

REFUND_RETURNED: Final = MessageTemplate(
    key="refund_returned",
    name="Refund returned by our team",
    sent_when="Our finance team has noted that money was returned in another way than through Stripe.",
    subject="We have returned {amount} to you",
    body=(
        "Dear {name},\n\n"
        "Our team has returned {amount} to you for {service} on {date}, booking {reference}. It was not sent through "
        "your card, so look for it where you agreed with our team: a bank transfer or cash, for example.\n\n"
        "If you can't find it, please contact us."
    ),
    button="See your booking",
    samples=_AMOUNT,
)

REFUND_FAILED: Final = MessageTemplate(
    key="refund_failed",
    name="Refund did not go through",
    sent_when="Stripe or the bank did not accept money that we were sending back.",
    subject="Your refund of {amount} has not gone through",
    body=(
        "Dear {name},\n\n"
        "We tried to send {amount} back to you for {service} on {date}, booking {reference}. It did not go through, "
        "often because the card has expired or was replaced.\n\n"
        "You have not lost this money. Our team has been told, and will be in touch to agree another way to return it."
    ),
    button="See your booking",
    samples=_AMOUNT,
)

REFUND_OWED: Final = MessageTemplate(
    key="refund_owed",
    name="Refund still owed after a dispute",
    sent_when="A dispute about a payment is closed, and the bank has not returned all that we promised to refund.",
    subject="We still owe you {amount}",
    body=(
        "Dear {name},\n\n"
        "The dispute about your payment for {service} on {date}, booking {reference}, is closed. The bank "
        "hasn't returned {amount} that we promised to refund, so we still owe it to you.\n\n"
        "Our team has been told, and will be in touch about how to return it."
    ),
    button="See your booking",
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
