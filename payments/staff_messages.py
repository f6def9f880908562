"""The emails to finance: when they go, their shipped wording, their placeholders.

The wording is marked for translation and stays text: it may be kept in a row, where editors change it.
"""

from typing import Final

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from portal.notifications.templates import Details, MessageTemplate

_DISPUTE: Final = {
    "name": "Finn",
    "amount": "£11.25",
    "reference": "7K3M-9QX2-W4TD",
    "reason": "fraudulent",
    "due": "9am on Thursday 3 December",
    "url": "/admin/payments/payment/inspect/1/",
}
_PAYMENT: Final[Details] = ((gettext_lazy("Amount"), "amount"), (gettext_lazy("Booking reference"), "reference"))
_REASON: Final[Details] = ((gettext_lazy("Reason"), "reason"),)

DISPUTE_OPENED: Final = MessageTemplate(
    key="dispute_opened",
    name=gettext_lazy("Dispute needs a response"),
    sent_when=gettext_lazy(
        "A dispute needs a response: it’s new, has become a chargeback, or was reopened. To finance."
    ),
    subject=_("{amount} is disputed: respond by {due}"),
    body=_(
        "Dear {name},\n\n"
        "A cardholder has disputed {amount} for booking {reference} with their bank. The bank’s reason: {reason}.\n\n"
        "Respond on the payment’s page by {due}. You can submit evidence once. If we don’t respond, we lose the money. "
        "The booking stays as it is until you decide."
    ),
    button=_("Open the payment"),
    samples=_DISPUTE,
    details=(*_PAYMENT, *_REASON, (gettext_lazy("Respond by"), "due")),
)
DISPUTE_CLOSED: Final = MessageTemplate(
    key="dispute_closed",
    name=gettext_lazy("Dispute closed"),
    sent_when=gettext_lazy("A dispute was won, lost or withdrawn. To finance."),
    subject=_("The dispute about {amount} is closed: {outcome}"),
    body=_(
        "Dear {name},\n\n"
        "The dispute about {amount} for booking {reference} is closed. Outcome: {outcome}.\n\n"
        "The payment’s page shows what the bank took and what it returned."
    ),
    button=_("Open the payment"),
    samples={**{key: _DISPUTE[key] for key in ("name", "amount", "reference", "url")}, "outcome": "won"},
    details=(*_PAYMENT, (gettext_lazy("Outcome"), "outcome")),
)
DISCREPANCIES_OPEN: Final = MessageTemplate(
    key="discrepancies_open",
    name=gettext_lazy("Open discrepancies"),
    sent_when=gettext_lazy("Every morning while there are open differences between the ledger and Stripe. To finance."),
    subject="{summary}",
    body=_(
        "Dear {name},\n\n"
        "{summary}. {oldest} Amount affected: {at_stake}.\n\n"
        "{kinds}.\n\n"
        "Open each one to see what to do. If there’s nothing left to do, close it and give a reason."
    ),
    button=_("Open reconciliation"),
    samples={
        "name": "Finn",
        "summary": "3 open differences between our ledger and Stripe",
        "count": "3 differences",
        "oldest": "The oldest has been open for 2 days.",
        "age": "2 days",
        "at_stake": "£18.25",
        "kinds": "Unmatched Stripe charge: 1; Status differs: 2",
        "url": "/admin/reconciliation/",
    },
    former=("are",),
)

REFUND_TO_SETTLE: Final = MessageTemplate(
    key="refund_to_settle",
    name=gettext_lazy("Refund didn’t go through, to finance"),
    sent_when=gettext_lazy("A refund promised to a caregiver didn’t go through. To finance."),
    subject=_("A refund of {amount} didn’t go through"),
    body=_(
        "Dear {name},\n\n"
        "The refund of {amount} for booking {reference} didn’t go through. Stripe’s reason: {reason}.\n\n"
        "We promised the caregiver this amount and told them that our team will be in touch."
    ),
    button=_("Open the payment"),
    samples={**{key: _DISPUTE[key] for key in ("name", "amount", "reference", "url")}, "reason": "expired card"},
    details=(*_PAYMENT, *_REASON),
)

REFUND_TO_RETURN: Final = MessageTemplate(
    key="refund_to_return",
    name=gettext_lazy("Refund to make after a dispute"),
    sent_when=gettext_lazy(
        "A dispute is closed, and the bank hasn’t returned everything we promised a caregiver. To finance."
    ),
    subject=_("Refund {amount} for booking {reference}"),
    body=_(
        "Dear {name},\n\n"
        "The dispute about booking {reference} is closed, and we still owe the caregiver a refund of {amount}.\n\n"
        "Open the payment. If Stripe can send the refund again, you can do that there. If not, refund it another way "
        "and record it there. We’ve told the caregiver that our team will be in touch."
    ),
    button=_("Open the payment"),
    samples={key: _DISPUTE[key] for key in ("name", "amount", "reference", "url")},
    details=_PAYMENT,
)

FRAUD_WARNING: Final = MessageTemplate(
    key="fraud_warning",
    name=gettext_lazy("Early fraud warning"),
    sent_when=gettext_lazy(
        "A bank warns that a payment may be fraudulent, and there’s still time to refund it. To finance."
    ),
    subject=_("Refund {amount} before it’s disputed?"),
    body=_(
        "Dear {name},\n\n"
        "A bank has warned Stripe that the payment of {amount} for booking {reference} may be fraudulent. "
        "The bank’s reason: {reason}.\n\n"
        "Most of these warnings turn into a dispute within days, and a dispute costs a fee even if we win. "
        "If you refund the payment in full before then, there’s no dispute. "
        "The booking stays as it is until you decide."
    ),
    button=_("Open the payment"),
    samples={**{key: _DISPUTE[key] for key in ("name", "amount", "reference", "reason", "url")}},
    details=(*_PAYMENT, *_REASON),
)
PAYOUT_FAILED: Final = MessageTemplate(
    key="payout_failed",
    name=gettext_lazy("Payout failed"),
    sent_when=gettext_lazy("Our bank rejected a payout from Stripe. To finance."),
    subject=_("A payout of {amount} failed"),
    body=_(
        "Dear {name},\n\n"
        "Stripe couldn’t pay {amount} into our bank account. Stripe’s reason: {reason}.\n\n"
        "The money is back in our Stripe balance. There’ll be no more payouts to this bank account until its details "
        "are corrected in the Stripe dashboard. The payout’s ID is {payout}."
    ),
    button=_("Open reconciliation"),
    samples={
        "name": "Finn",
        "amount": "£1,204.50",
        "reason": "account closed",
        "payout": "po_1TnPortal",
        "url": "/admin/reconciliation/",
    },
    details=((gettext_lazy("Amount"), "amount"), (gettext_lazy("Payout"), "payout"), *_REASON),
)
ACCOUNT_RESTRICTED: Final = MessageTemplate(
    key="account_restricted",
    name=gettext_lazy("Stripe account restricted"),
    sent_when=gettext_lazy("Stripe has stopped card payments or payouts for our account. To finance."),
    subject=_("Stripe has restricted our account"),
    body=_(
        "Dear {name},\n\n"
        "{restriction}\n\n"
        "Open the Stripe dashboard now. Its home page says what Stripe needs from us, and by when."
    ),
    button=_("Open reconciliation"),
    samples={
        "name": "Finn",
        "restriction": "Stripe has stopped card payments for our account, so nobody can pay a deposit online.",
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
