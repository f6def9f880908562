"""What becomes of each candidate: gone on a second look, healed, or noted for finance."""

import logging
from collections import Counter
from collections.abc import Iterator
from typing import Final

from django.db import DatabaseError
from django.utils.translation import gettext as _

from payments.domain.discrepancies import close, record_discrepancy
from payments.domain.reconciliation.diff import Candidate
from payments.domain.reconciliation.heal import BY, heal, still_differs, with_claim_checked
from payments.enums import DiscrepancyKind, DiscrepancyStatus
from payments.gateway.base import GatewayRefused, GatewayUnreachable
from payments.gateway.retry import with_retries
from payments.metrics import FINDINGS_FAILED
from payments.models import Discrepancy, Payment, ReconciliationRun
from portal.audit.actor import Cause, Source
from portal.common.metrics import increment

K = DiscrepancyKind
RECHECKABLE_KINDS: Final = frozenset(
    {
        K.AMOUNT_DIFFERS,
        K.STATUS_DIFFERS,
        K.DUPLICATE_CHARGE,
        K.UNKNOWN_CHARGE,
        K.REFUND_DIFFERS,
        K.MISSING_LOCALLY,
        K.MISSING_AT_STRIPE,
        K.DISPUTE_MISSING,
        K.FEE_MISSING,
        K.MONEY_WENT_BACK,
    }
)


UNANSWERED_IN_A_ROW: Final = 3  # so many, one after the other, mean that Stripe is down
logger: Final = logging.getLogger("payments.reconciliation")


class Resolver:
    """Of one run; counts what was found, healed and failed, by kind.

    What goes wrong with one candidate is logged and counted, and the next one is looked at all the same.
    """

    def __init__(self, run: ReconciliationRun, *, heal_missed: bool) -> None:
        self.run, self.heal_missed = run, heal_missed
        self.found: Counter[str] = Counter()
        self.healed: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self._open: set[int] = set()
        self._unanswered = 0

    def settle(self, candidate: Candidate) -> str:
        """Look again, then heal it or note it; says what came of it. Raises GatewayUnreachable when Stripe is down."""
        try:
            resolved = self._settle(candidate)
        except Exception as error:
            return self._fail(candidate, error)
        self._unanswered = 0
        return resolved

    def _fail(self, candidate: Candidate, error: Exception) -> str:
        self._unanswered = self._unanswered + 1 if isinstance(error, GatewayUnreachable) else 0
        if self._unanswered >= UNANSWERED_IN_A_ROW:
            raise error
        self.failed[candidate.kind.value] += 1
        increment(FINDINGS_FAILED, kind=candidate.kind.value)
        logger.error(
            "a candidate failed", exc_info=error, extra={"kind": candidate.kind, "object": candidate.stripe_id}
        )
        try:
            self._open.add(_note(candidate).pk)
        except DatabaseError:
            logger.exception("a failed candidate could not be noted", extra={"object": candidate.stripe_id})
        return f"{candidate.kind.label}: {candidate.stripe_id}: failed"

    def _settle(self, candidate: Candidate) -> str:
        candidate = _claim_checked(candidate)
        what = f"{candidate.kind.label}: {candidate.stripe_id}"
        if _is_ignored(candidate) or not _differs_still(candidate):
            return f"{what}: nothing to do"
        self.found[candidate.kind.value] += 1
        if self.heal_missed and _healed(candidate):
            self.healed[candidate.kind.value] += 1
            return f"{what}: healed"
        self._open.add(_note(candidate).pk)
        return f"{what}: open"

    def close_repaired(self) -> Iterator[str]:
        """Close what is open from earlier and, looked at again, differs no more: whatever its window was.

        Says of each that it was looked at. Raises GatewayUnreachable when Stripe is down.
        """
        earlier = Discrepancy.objects.filter(
            status=DiscrepancyStatus.OPEN, kind__in=RECHECKABLE_KINDS, found_at__lt=self.run.started_at
        ).exclude(pk__in=self._open)
        for discrepancy in earlier.select_related("payment"):
            yield f"looking again: {discrepancy.stripe_object_id}"
            self._close_if_repaired(discrepancy)

    def _close_if_repaired(self, discrepancy: Discrepancy) -> None:
        candidate = _as_candidate(discrepancy)
        try:
            if not _differs_still(candidate):
                words = _("Reconciliation no longer finds this.")
                close(discrepancy, DiscrepancyStatus.HEALED, words, cause=Cause(BY, Source.RECONCILIATION))
        except Exception as error:
            self._fail(candidate, error)
        else:
            self._unanswered = 0


def resolve_one(discrepancy: Discrepancy, *, cause: Cause) -> bool:
    """Look at a discrepancy of a kind in RECHECKABLE_KINDS again, and heal it if that is possible; whether it is gone.

    Somebody waits for it, so Stripe is asked once. Never inside a transaction. Raises GatewayUnreachable.
    """
    candidate = _as_candidate(discrepancy)
    try:
        if still_differs(candidate):
            heal(candidate)
            if still_differs(candidate):
                return False
    except GatewayRefused:
        return False
    close(discrepancy, DiscrepancyStatus.HEALED, _("Checked again: no difference."), cause=cause)
    return True


def _claim_checked(candidate: Candidate) -> Candidate:
    try:
        return with_retries(lambda: with_claim_checked(candidate))
    except GatewayRefused:
        return candidate


def _differs_still(candidate: Candidate) -> bool:
    try:
        return with_retries(lambda: still_differs(candidate))
    except GatewayRefused:  # no such object, or not for this key: for finance to see
        return True


def _healed(candidate: Candidate) -> bool:
    try:
        heal(candidate)
        return not _differs_still(candidate)
    except GatewayRefused:
        return False


def _is_ignored(candidate: Candidate) -> bool:
    """Finance said that this very difference is none; another amount is another difference."""
    return Discrepancy.objects.filter(
        kind=candidate.kind,
        stripe_object_id=candidate.stripe_id,
        amount=candidate.amount,
        status=DiscrepancyStatus.IGNORED,
    ).exists()


def _note(candidate: Candidate) -> Discrepancy:
    return record_discrepancy(
        candidate.kind,
        stripe_object_id=candidate.stripe_id,
        cause=Cause(BY, Source.RECONCILIATION),
        payment=Payment.objects.filter(pk=candidate.payment_id or 0).first(),
        amount=candidate.amount,
        currency=candidate.currency,
        details={"found_by": "reconciliation", "intent": candidate.intent_id},
    )


def _as_candidate(discrepancy: Discrepancy) -> Candidate:
    payment = discrepancy.payment
    intent_id = discrepancy.details.get("intent") or (payment.intent_id if payment else "")
    return Candidate(
        DiscrepancyKind(discrepancy.kind),
        discrepancy.stripe_object_id,
        intent_id or discrepancy.stripe_object_id,
        payment.pk if payment else None,
        discrepancy.amount,
        discrepancy.currency,
    )
