"""The e-mails to finance: when they go, their shipped wording, their placeholders."""

from typing import Final

from portal.notifications.templates import MessageTemplate

_DISPUTE: Final = {
    "name": "Finn",
    "amount": "£11.25",
    "reference": "7K3M-9QX2-W4TD",
    "reason": "fraudulent",
    "due": "9am on Thursday 3 December",
    "url": "/admin/payments/payment/inspect/1/",
}

DISPUTE_OPENED: Final = MessageTemplate(
    key="dispute_opened",
    name="Dispute needs an answer",
    sent_when="A dispute waits for an answer: it opened, became a chargeback, or opened again. To finance.",
    subject="{amount} is disputed: answer by {due}",
    body=(
        "Dear {name},\n\n"
        "A cardholder disputes {amount} of booking {reference} with their bank, and the bank waits for our answer. "
        "The bank's reason: {reason}.\n\n"
        "Answer it on the payment's page. Stripe takes our evidence until {due}, once. Without an answer the money is "
        "lost. "
        "The booking stays as it is until you decide."
    ),
    button="Open the payment",
    samples=_DISPUTE,
)
DISPUTE_CLOSED: Final = MessageTemplate(
    key="dispute_closed",
    name="Dispute closed",
    sent_when="A dispute was won, lost or withdrawn. To finance.",
    subject="The dispute about {amount} was {outcome}",
    body=(
        "Dear {name},\n\n"
        "The dispute about {amount} of booking {reference} is closed. Stripe's word for its end: {outcome}.\n\n"
        "The payment's page shows what was taken and given back."
    ),
    button="Open the payment",
    samples={**{key: _DISPUTE[key] for key in ("name", "amount", "reference", "url")}, "outcome": "won"},
)
DISCREPANCIES_OPEN: Final = MessageTemplate(
    key="discrepancies_open",
    name="Discrepancies are open",
    sent_when="Every morning, while the ledger and Stripe differ and nobody has decided. To finance.",
    subject="{count} between our ledger and Stripe {are} open",
    body=(
        "Dear {name},\n\n"
        "{count} between our ledger and Stripe {are} open. The oldest has waited for {age}. At stake: {at_stake}.\n\n"
        "{kinds}.\n\n"
        "Each says what to do. What needs nothing more is closed there with a reason."
    ),
    button="Open reconciliation",
    samples={
        "name": "Finn",
        "count": "3 differences",
        "are": "are",
        "age": "2 days",
        "at_stake": "£18.25",
        "kinds": "Charge that no payment knows: 1; Status differs: 2",
        "url": "/admin/reconciliation/",
    },
)

REFUND_TO_SETTLE: Final = MessageTemplate(
    key="refund_to_settle",
    name="Refund did not go through, to finance",
    sent_when="A refund that a caregiver was promised did not go through. To finance.",
    subject="A refund of {amount} did not go through",
    body=(
        "Dear {name},\n\n"
        "The refund of {amount} for booking {reference} did not go through. Stripe's reason: {reason}.\n\n"
        "The caregiver was promised this amount, and has been told that our team will be in touch."
    ),
    button="Open the payment",
    samples={**{key: _DISPUTE[key] for key in ("name", "amount", "reference", "url")}, "reason": "expired card"},
)

REFUND_TO_RETURN: Final = MessageTemplate(
    key="refund_to_return",
    name="Refund to return after a dispute",
    sent_when="A dispute is closed, and the bank has not returned all that a caregiver was promised. To finance.",
    subject="Return {amount} of booking {reference}",
    body=(
        "Dear {name},\n\n"
        "The dispute about booking {reference} is closed, and {amount} that the caregiver was promised is still to be "
        "returned.\n\n"
        "Open the payment. If Stripe can send the refund again, the page offers that; otherwise return the money in "
        "another way and note it there. The caregiver has been told that our team will be in touch."
    ),
    button="Open the payment",
    samples={key: _DISPUTE[key] for key in ("name", "amount", "reference", "url")},
)

FRAUD_WARNING: Final = MessageTemplate(
    key="fraud_warning",
    name="Early fraud warning",
    sent_when="A bank warns that a payment may be fraud, and it can be refunded before a dispute. To finance.",
    subject="Refund {amount} before it is disputed?",
    body=(
        "Dear {name},\n\n"
        "A bank has warned Stripe that the payment of {amount} for booking {reference} may be fraud. "
        "The bank's reason: {reason}.\n\n"
        "Most of these warnings become a dispute within days, which costs a fee even when it is won. "
        "If you refund the payment in full before that, there is no dispute. "
        "The booking stays as it is until you decide."
    ),
    button="Open the payment",
    samples={**{key: _DISPUTE[key] for key in ("name", "amount", "reference", "reason", "url")}},
)
PAYOUT_FAILED: Final = MessageTemplate(
    key="payout_failed",
    name="Payout failed",
    sent_when="Our bank did not take a payout from Stripe. To finance.",
    subject="A payout of {amount} failed",
    body=(
        "Dear {name},\n\n"
        "Stripe could not pay {amount} out to our bank account. Stripe's reason: {reason}.\n\n"
        "The money is in the Stripe balance again. Stripe pays out nothing more to this bank account until its details "
        "are corrected in the Stripe dashboard. The payout is {payout}."
    ),
    button="Open reconciliation",
    samples={
        "name": "Finn",
        "amount": "£1,204.50",
        "reason": "account closed",
        "payout": "po_1TnPortal",
        "url": "/admin/reconciliation/",
    },
)
ACCOUNT_RESTRICTED: Final = MessageTemplate(
    key="account_restricted",
    name="Stripe account restricted",
    sent_when="Stripe stops card payments or payouts of our account. To finance.",
    subject="Stripe has restricted our account",
    body=(
        "Dear {name},\n\n"
        "{restriction}\n\n"
        "Open the Stripe dashboard at once: its home page says what Stripe needs from us, and by when."
    ),
    button="Open reconciliation",
    samples={
        "name": "Finn",
        "restriction": "Stripe takes no card payments for our account any more.",
        "url": "/admin/reconciliation/",
    },
)

TEMPLATES: Final = (
    DISPUTE_OPENED,
    DISPUTE_CLOSED,
    DISCREPANCIES_OPEN,
    REFUND_TO_SETTLE,
    REFUND_TO_RETURN,
    FRAUD_WARNING,
    PAYOUT_FAILED,
    ACCOUNT_RESTRICTED,
)
