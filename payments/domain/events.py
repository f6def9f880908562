"""The inbox's work: each received event changes the ledger once, in any order, with any number of copies.

Terminal intent events apply as they are. A non-terminal one that is no more than a second newer than what we
know, and every charge, refund and dispute event, causes one fetch of the object (and of its intent, while we
think that unpaid); that an intent was created changes nothing for a payment that knows its intent. Events of warnings,
reviews, payouts and the account say all that is needed: their own order is looked at, and where two of the account
have the same second, the account itself.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db.models import Q

from payments.domain.charges import apply_charge
from payments.domain.discrepancies import record_discrepancy
from payments.domain.disputes import apply_dispute
from payments.domain.event_types import ACCOUNT, CHARGE, DISPUTE, INTENT, PAYOUT, REFUND, REVIEW, WARNING
from payments.domain.fraud import apply_review, apply_warning
from payments.domain.intent_sync import apply_intent, find_payment_id, record_decline
from payments.domain.refunds.apply import apply_refund
from payments.domain.stripe_alarms import apply_account, apply_payout
from payments.enums import Applied, DiscrepancyKind, LedgerState
from payments.gateway import gateway
from payments.gateway.base import GatewayMisconfigured, GatewayNotFound, GatewayRefused, GatewayUnreachable
from payments.gateway.stripe_objects import Json, id_of, intent_from
from payments.metrics import WEBHOOK_LAG_SECONDS
from payments.models import Dispute, Payment, ReceivedEvent, Refund
from portal.audit.actor import Actor, Cause, Source
from portal.common import clock
from portal.common.leases import back_off, claim
from portal.common.metrics import observe

logger = logging.getLogger("payments.events")
LEASE: Final = timedelta(minutes=2)
ROUND: Final = 100
MOST_ATTEMPTS: Final = 12
TERMINAL: Final = frozenset({"succeeded", "canceled"})
SAME_SECOND: Final = timedelta(seconds=1)
Handler = Callable[[ReceivedEvent], LedgerState]


def process_inbox(limit: int = ROUND) -> int:
    """Apply what is due; returns how many events were worked on."""
    due = claim(ReceivedEvent.objects.filter(ledger_state=LedgerState.RECEIVED), limit=limit, lease=LEASE)
    for event in due:
        process(event)
    return len(due)


def is_behind() -> bool:
    """Whether more events wait for the ledger than one round takes."""
    waiting = ReceivedEvent.objects.filter(ledger_state=LedgerState.RECEIVED, due_at__lte=clock.now())
    return bool(waiting.order_by("due_at")[ROUND : ROUND + 1])


def process(event: ReceivedEvent) -> None:
    """Apply one event; what goes wrong is written on its row, and it is tried again."""
    try:
        state = _handler(event)(event)
    except GatewayNotFound:
        _done(event, _gone(event))
    except (GatewayUnreachable, GatewayMisconfigured) as error:  # says nothing about the event, however often
        _again(event, error.code, given_up=False)
    except GatewayRefused as error:  # a definite no is the same the next time
        _again(event, error.code, given_up=True)
    except Exception as error:
        logger.exception("an event could not be applied", extra={"event": event.event_id, "type": event.type})
        _again(event, f"{type(error).__name__}: {error}", given_up=event.attempts >= MOST_ATTEMPTS)
    else:
        _done(event, state)


def _done(event: ReceivedEvent, state: LedgerState) -> None:
    moment = clock.now()
    ReceivedEvent.objects.filter(pk=event.pk).update(
        ledger_state=state, applied_at=moment, leased_until=None, last_error=""
    )
    observe(WEBHOOK_LAG_SECONDS, max(0.0, (moment - event.created_at).total_seconds()))


def _gone(event: ReceivedEvent) -> LedgerState:
    """Stripe tells of an object that it then does not have: a discrepancy if it is one of ours, else nobody's."""
    ids = Q(intent_id=event.object_id) | Q(charge_id=event.object_id)
    refund = Refund.objects.filter(stripe_refund_id=event.object_id).select_related("payment").first()
    dispute = Dispute.objects.filter(stripe_dispute_id=event.object_id).select_related("payment").first()
    payment = Payment.objects.filter(ids).first() if event.object_id else None
    if refund is not None:
        kind, payment, amount = DiscrepancyKind.REFUND_DIFFERS, refund.payment, refund.amount
    elif dispute is not None:
        kind, payment, amount = DiscrepancyKind.DISPUTE_MISSING, dispute.payment, dispute.amount
    elif payment is not None:
        kind, amount = DiscrepancyKind.MISSING_AT_STRIPE, payment.captured_amount - payment.refunded_amount
    else:
        return LedgerState.UNMATCHED
    record_discrepancy(
        kind,
        stripe_object_id=event.object_id,
        cause=Cause(Actor.stripe(event.event_id), Source.WEBHOOK),
        payment=payment,
        amount=amount,
        currency=payment.currency,
        details={"event": event.event_id, "intent": payment.intent_id},
    )
    return LedgerState.DISCREPANCY


def _again(event: ReceivedEvent, error: str, *, given_up: bool) -> None:
    wait = back_off(event.attempts, first=timedelta(seconds=2), longest=timedelta(minutes=15))
    ReceivedEvent.objects.filter(pk=event.pk).update(
        ledger_state=LedgerState.FAILED if given_up else LedgerState.RECEIVED,
        due_at=clock.now() + wait,
        leased_until=None,
        last_error=error[:500],
    )


def _handler(event: ReceivedEvent) -> Handler:
    """By type; an endpoint that somebody set up by hand may be told of more than the portal asks for."""
    return _not_supported if event.is_thin else HANDLERS.get(event.type, _not_ours)


def _not_supported(event: ReceivedEvent) -> LedgerState:
    return LedgerState.UNSUPPORTED


def _not_ours(event: ReceivedEvent) -> LedgerState:
    return LedgerState.IGNORED


def _cause(event: ReceivedEvent) -> Cause:
    return Cause(Actor.stripe(event.event_id), Source.WEBHOOK, event.created_at, event.event_id)


def _intent_event(event: ReceivedEvent) -> LedgerState:
    stated = intent_from(event.object_data)
    cause = _cause(event)
    payment_id = find_payment_id(stated.id, stated.metadata)
    if payment_id is None:
        return LedgerState.UNMATCHED
    if event.type == "payment_intent.created" and Payment.objects.filter(intent_id=stated.id).exists():
        return LedgerState.APPLIED  # who asked for it was told in the answer
    intent = stated
    if stated.status not in TERMINAL and not _clearly_newer(payment_id, cause):
        cause = Cause(cause.actor, cause.source, clock.now(), cause.external_id)
        intent = gateway().retrieve_intent(stated.id)
    applied = apply_intent(intent, cause)
    if event.type == "payment_intent.payment_failed":  # an attempt, even when the intent has moved on since
        record_decline(payment_id, stated, cause, occurred_at=event.created_at)
    return _state(applied)


def _clearly_newer(payment_id: int, cause: Cause) -> bool:
    known_at = Payment.objects.values_list("known_at", flat=True).get(pk=payment_id)
    return known_at is None or cause.as_of > known_at + SAME_SECOND


def _charge_event(event: ReceivedEvent) -> LedgerState:
    charge = gateway().retrieve_charge(event.object_id)
    _catch_up(charge.intent_id, event)
    return _state(apply_charge(charge, _cause(event)))


def _refund_event(event: ReceivedEvent) -> LedgerState:
    refund = gateway().retrieve_refund(event.object_id)
    _catch_up(refund.intent_id, event)
    return _state(apply_refund(refund, _cause(event)))


def _dispute_event(event: ReceivedEvent) -> LedgerState:
    asked_at = clock.now()
    dispute = gateway().retrieve_dispute(event.object_id)
    _catch_up(dispute.intent_id, event)
    return _state(apply_dispute(dispute, Cause(Actor.stripe(event.event_id), Source.WEBHOOK, asked_at, event.event_id)))


def _warning_event(event: ReceivedEvent) -> LedgerState:
    return _state(apply_warning(_with_intent(event), _cause(event)))


def _review_event(event: ReceivedEvent) -> LedgerState:
    return _state(apply_review(_with_intent(event), _cause(event)))


def _with_intent(event: ReceivedEvent) -> Json:
    """What the event tells, of a payment that is caught up with; one that names only a charge may be of any intent."""
    payload = event.object_data
    intent, charge = id_of(payload.get("payment_intent")), id_of(payload.get("charge"))
    if charge and not intent and not Payment.objects.filter(charge_id=charge).exists():
        intent = gateway().retrieve_charge(charge).intent_id
    _catch_up(intent, event)
    return {**payload, "payment_intent": intent}


def _payout_event(event: ReceivedEvent) -> LedgerState:
    return _state(apply_payout(event.object_data, _cause(event)))


def _account_event(event: ReceivedEvent) -> LedgerState:
    if (event.payload or {}).get("account"):  # a connected account's, which is not ours
        return LedgerState.IGNORED
    account = gateway().retrieve_account(event.object_id) if _has_equal(event) else event.object_data
    return _state(apply_account(account, event, _cause(event)))


def _has_equal(event: ReceivedEvent) -> bool:
    """Whether another event of the second tells of the same object: nothing says which of them is the later one."""
    same = ReceivedEvent.objects.filter(object_id=event.object_id, type=event.type, created_at=event.created_at)
    return same.exclude(pk=event.pk).exists()


def _catch_up(intent_id: str, event: ReceivedEvent) -> None:
    """Before what followed a payment, the payment: when its own event comes later, or its intent's id was lost."""
    lost = Q(intent_id__isnull=True, create_requested_at__isnull=False)
    awaited = Payment.objects.unpaid().filter(Q(intent_id=intent_id) | lost)
    if not intent_id or Payment.objects.captured().filter(intent_id=intent_id).exists() or not awaited.exists():
        return
    as_of = clock.now()
    intent = gateway().retrieve_intent(intent_id)
    apply_intent(intent, Cause(Actor.stripe(event.event_id), Source.WEBHOOK, as_of, event.event_id))


def _state(applied: Applied) -> LedgerState:
    return LedgerState(applied.value)


HANDLERS: Final[dict[str, Handler]] = {
    **dict.fromkeys(INTENT, _intent_event),
    **dict.fromkeys(CHARGE, _charge_event),
    **dict.fromkeys(REFUND, _refund_event),
    **dict.fromkeys(DISPUTE, _dispute_event),
    **dict.fromkeys(WARNING, _warning_event),
    **dict.fromkeys(REVIEW, _review_event),
    **dict.fromkeys(PAYOUT, _payout_event),
    **dict.fromkeys(ACCOUNT, _account_event),
}
