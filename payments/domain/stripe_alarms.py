"""What Stripe tells of its own account and payouts, and somebody must act on at once.

Each is an open discrepancy of a kind that has an alert. Payouts that go well are only mirrored.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from payments.domain import notify
from payments.domain.discrepancies import close, record_discrepancy
from payments.enums import Applied, DiscrepancyKind, DiscrepancyStatus
from payments.gateway.stripe_objects import Json
from payments.models import Discrepancy, ReceivedEvent
from portal.audit.actor import Cause


@transaction.atomic
def apply_payout(payload: Json, cause: Cause) -> Applied:
    """Raise the alarm for a payout that our bank did not take, once: it stays failed, a later payout is another one."""
    kind, payout = DiscrepancyKind.PAYOUT_FAILED, payload["id"]
    if payload["status"] != "failed" or Discrepancy.objects.filter(kind=kind, stripe_object_id=payout).exists():
        return Applied.APPLIED
    amount, currency = payload["amount"], payload["currency"].upper()
    reason = str(payload.get("failure_code") or "")
    record_discrepancy(
        kind,
        stripe_object_id=payout,
        cause=cause,
        amount=amount,
        currency=currency,
        details={"reason": reason},
    )
    notify.payout_failed(payout, amount, currency, reason)
    return Applied.APPLIED


@transaction.atomic
def apply_account(payload: Json, event: ReceivedEvent, cause: Cause) -> Applied:
    """Raise the alarm as long as Stripe lets the account not charge, or not pay out; what is older changes nothing."""
    kind, account = DiscrepancyKind.ACCOUNT_RESTRICTED, payload["id"]
    newer = ReceivedEvent.objects.filter(object_id=account, type=event.type, created_at__gt=event.created_at)
    if newer.exists():
        return Applied.APPLIED
    opened = Discrepancy.objects.filter(kind=kind, stripe_object_id=account, status=DiscrepancyStatus.OPEN).first()
    charges, payouts = bool(payload["charges_enabled"]), bool(payload["payouts_enabled"])
    if charges and payouts:
        if opened is not None:
            words = _("Stripe has lifted the restriction.")
            close(opened, DiscrepancyStatus.HEALED, words, cause=cause)
        return Applied.APPLIED
    reason = str((payload.get("requirements") or {}).get("disabled_reason") or "")
    details: dict[str, str | int | bool | None] = {"charges": charges, "payouts": payouts, "reason": reason}
    record_discrepancy(kind, stripe_object_id=account, cause=cause, details=details)
    if opened is None or opened.details != details:
        notify.account_restricted(event.event_id, charges=charges, payouts=payouts)
    return Applied.APPLIED
