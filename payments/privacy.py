"""The ledger is kept, as the law of accounts asks; who paid goes from it, from the inbox and from the mirror."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from payments import mirror_erasure
from payments.domain import retention
from payments.domain.unreadable import forget_bodies_about
from payments.enums import UNPAID, DiscrepancyStatus, RefundStatus
from payments.models import (
    Discrepancy,
    DisputeEvidence,
    EvidenceFile,
    OfflineReceipt,
    PayLink,
    Payment,
    Receipt,
    ReceivedEvent,
    Refund,
)
from portal.accounts.models import User
from portal.common.retention import DONE, Chunk, Retention, due

RETENTION_NOTICE = _(
    "What you paid and what we refunded. We keep amounts and dates for our accounts, not your email and card details."
)


def _trim_answers(limit: datetime, after: int) -> Chunk:
    keys = due(DisputeEvidence.objects.all(), "created_at", limit, after)
    _blank_answers(Q(pk__in=keys))
    return Chunk(keys[-1], len(keys)) if keys else DONE


def _delete_links(limit: datetime, after: int) -> Chunk:
    keys = due(PayLink.objects.all(), "created_at", limit, after)
    PayLink.objects.filter(pk__in=keys).delete()
    return Chunk(keys[-1], len(keys)) if keys else DONE


def _blank_answers(which: Q) -> None:
    """What was said to a bank goes; that something was, when, and in which fields, stays."""
    answers = DisputeEvidence.objects.filter(which)
    EvidenceFile.objects.filter(evidence__in=answers).update(content=b"", name="")
    answers.update(texts={}, refusal="", last_error="")


RETENTION = (
    Retention(
        "payments",
        what=_("What you paid and what we refunded: amounts, dates, receipts, Stripe’s numbers"),
        why=_("For our accounts, which the law makes us keep. Once your account is erased, they lead to nobody."),
        until=_("As long as we run this service"),
    ),
    Retention(
        "stripe_messages",
        what=_("Stripe’s messages to us about your payments"),
        why=_("To find out what happened to a payment; counted from when they came."),
        days=retention.KEEP_PAYLOADS.days,
        done_by="payments.tasks.trim_payloads",
    ),
    Retention(
        "stripe_copies",
        what=_("Your name, email, address and the last digits of your card in our copy of Stripe’s records"),
        why=_("For refunds and disputes, which banks allow long after a payment."),
        days=730,
        trims=mirror_erasure.TRIMS,
    ),
    Retention(
        "dispute_answers",
        what=_("What we told your bank about a payment that you disputed with it"),
        why=_(
            "The bank can come back to it. Documents are deleted as soon as Stripe has them, or the dispute is closed."
        ),
        days=730,
        trims=(_trim_answers,),
    ),
    Retention(
        "pay_links",
        what=_("That we emailed you a link to pay a deposit, as a code that opens nothing"),
        why=_("To know the link when it is opened."),
        days=90,
        trims=(_delete_links,),
    ),
)
UNDER_WAY = (RefundStatus.REQUESTED, RefundStatus.PENDING, RefundStatus.UNKNOWN)


def export(user: User) -> list[dict[str, Any]]:
    """Payments with attempts and refunds; amounts in minor units."""
    payments = Payment.objects.filter(booking__caregiver__user=user).order_by("pk")
    return [
        {
            "booking": payment.booking.reference,
            "purpose": payment.get_purpose_display(),
            "status": payment.get_status_display(),
            "amount": payment.amount,
            "captured": payment.captured_amount,
            "refunded": payment.refunded_amount,
            "currency": payment.currency,
            "receipt_email": payment.receipt_email,
            "receipt_at_stripe": payment.receipt_url,
            "made": payment.created_at.isoformat(),
            "attempts": [{"at": a.occurred_at.isoformat(), "outcome": a.outcome} for a in payment.attempts.all()],
            "refunds": [
                {"amount": r.amount, "reason": r.get_reason_display(), "status": r.get_status_display()}
                for r in payment.refunds.all()
            ],
            "told_to_the_bank": _answers(payment),
            "entered_by_hand": _by_hand(payment),
            "paid_with": payment.paid_with,
            "receipt": _receipt(payment),
        }
        for payment in payments.select_related("booking", "offline_receipt", "receipt")
    ]


def _answers(payment: Payment) -> list[dict[str, Any]]:
    """What went to the bank about disputes of the payment; a draft is nobody's data yet."""
    sent = DisputeEvidence.objects.filter(dispute__payment=payment, submitted_at__isnull=False).order_by("pk")
    return [
        {
            "at": answer.submitted_at.isoformat() if answer.submitted_at else "",
            "words": {name: answer.texts.get(name, "") for name in answer.released},
        }
        for answer in sent
    ]


def _by_hand(payment: Payment) -> dict[str, Any]:
    """What staff wrote down of a payment made otherwise; empty for one through Stripe."""
    receipt: OfflineReceipt | None = getattr(payment, "offline_receipt", None)
    if receipt is None:
        return {}
    return {
        "paid_by": receipt.get_kind_display(),
        "on": receipt.received_on.isoformat(),
        "reference": receipt.reference,
    }


def _receipt(payment: Payment) -> dict[str, Any]:
    """What was issued; empty for a payment from before each had its own receipt."""
    receipt: Receipt | None = getattr(payment, "receipt", None)
    if receipt is None:
        return {}
    return {
        "number": str(receipt),
        "issued": receipt.issued_on.isoformat(),
        "paid_by": receipt.billed_to,
        "description": receipt.description,
        "vat": receipt.vat_amount,
        "credit_notes": [
            {
                "number": str(note),
                "issued": note.issued_on.isoformat(),
                "amount": note.amount,
                "description": note.description,
            }
            for note in receipt.credit_notes.all()
        ],
    }


def erase(user: User) -> None:
    """Email, free words, Stripe's payloads and mirrored objects; no amount, no status, no id."""
    payments = Payment.objects.filter(booking__caregiver__user=user)
    intents = {intent for intent in payments.values_list("intent_id", flat=True) if intent}
    payments.update(receipt_email="", receipt_url="", paid_with="", metadata={})
    Receipt.objects.filter(payment__in=payments).update(billed_to="")
    PayLink.objects.filter(booking__caregiver__user=user).delete()
    Refund.objects.filter(payment__in=payments).update(note="", last_error="")
    Discrepancy.objects.filter(payment__in=payments).update(closing_note="")
    _blank_answers(Q(dispute__payment__in=payments))
    OfflineReceipt.objects.filter(payment__in=payments).update(reference="")
    objects = mirror_erasure.objects_of(intents)
    mirror_erasure.erase(objects)
    _scrub_inbox(intents, objects)


def _scrub_inbox(intents: set[str], objects: set[str]) -> None:
    about = Q(object_id__in=objects | intents) | Q(payload__data__object__payment_intent__in=list(intents))
    for event in ReceivedEvent.objects.filter(about, payload__isnull=False).iterator(chunk_size=100):
        payload = mirror_erasure.without_person(event.payload)
        ReceivedEvent.objects.filter(pk=event.pk).update(payload=payload, last_error="", mirror_last_error="")
    forget_bodies_about(objects | intents)


def erasure_blockers(user: User) -> Sequence[str]:
    """Money that is on its way, either way, or in dispute."""
    payments = Payment.objects.filter(booking__caregiver__user=user)
    blockers = []
    if payments.filter(status__in=UNPAID, intent_id__isnull=False).exists():
        blockers.append(gettext("A payment is still open. Wait until it is paid or cancelled."))
    if Refund.objects.filter(payment__in=payments, status__in=UNDER_WAY).exists():
        blockers.append(gettext("A refund to you is on its way. Wait until it has arrived."))
    disputed = Q(disputes__closed_at__isnull=True, disputes__isnull=False)
    differing = Q(discrepancies__status=DiscrepancyStatus.OPEN)
    if payments.filter(disputed | differing).exists():
        blockers.append(
            gettext("We’re still settling a question about one of your payments. Contact us to hear when it’s done.")
        )
    return blockers
