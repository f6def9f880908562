"""What becomes of each candidate: gone on a second look, healed, or noted for finance."""

import logging
from collections import Counter
from collections.abc import Iterator
from typing import Final

from django.db import DatabaseError

from payments.domain.discrepancies import close, note
from payments.domain.reconciliation.findings import Finding
from payments.domain.reconciliation.heal import BY, heal, still_differs, with_claim_checked
from payments.enums import DiscrepancyKind, DiscrepancyStatus
from payments.gateway.base import GatewayRefused, GatewayUnreachable
from payments.gateway.patience import patiently
from payments.metrics import FINDINGS_FAILED
from payments.models import Discrepancy, Payment, ReconciliationRun
from portal.audit.actor import Cause, Source
from portal.common.metrics import increment

K = DiscrepancyKind
LOOKED_AT: Final = frozenset(
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


class Settlement:
    """Of one run; counts what was found, healed and failed, by kind.

    What goes wrong with one finding is logged and counted, and the next one is looked at all the same.
    """

    def __init__(self, run: ReconciliationRun, *, heal_missed: bool) -> None:
        self.run, self.heal_missed = run, heal_missed
        self.found: Counter[str] = Counter()
        self.healed: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self._open: set[int] = set()
        self._unanswered = 0

    def settle(self, finding: Finding) -> str:
        """Look again, then heal it or note it; says what came of it. Raises GatewayUnreachable when Stripe is down."""
        try:
            said = self._settle(finding)
        except Exception as error:
            return self._fail(finding, error)
        self._unanswered = 0
        return said

    def _fail(self, finding: Finding, error: Exception) -> str:
        self._unanswered = self._unanswered + 1 if isinstance(error, GatewayUnreachable) else 0
        if self._unanswered >= UNANSWERED_IN_A_ROW:
            raise error
        self.failed[finding.kind.value] += 1
        increment(FINDINGS_FAILED, kind=finding.kind.value)
        logger.error("a finding failed", exc_info=error, extra={"kind": finding.kind, "object": finding.stripe_id})
        try:
            self._open.add(_note(finding).pk)
        except DatabaseError:
            logger.exception("a failed finding could not be noted", extra={"object": finding.stripe_id})
        return f"{finding.kind.label}: {finding.stripe_id}: failed"

    def _settle(self, finding: Finding) -> str:
        finding = _claim_checked(finding)
        what = f"{finding.kind.label}: {finding.stripe_id}"
        if _is_ignored(finding) or not _differs_still(finding):
            return f"{what}: nothing to do"
        self.found[finding.kind.value] += 1
        if self.heal_missed and _healed(finding):
            self.healed[finding.kind.value] += 1
            return f"{what}: healed"
        self._open.add(_note(finding).pk)
        return f"{what}: open"

    def close_repaired(self) -> Iterator[str]:
        """Close what is open from earlier and, looked at again, differs no more: whatever its window was.

        Says of each that it was looked at. Raises GatewayUnreachable when Stripe is down.
        """
        earlier = Discrepancy.objects.filter(
            status=DiscrepancyStatus.OPEN, kind__in=LOOKED_AT, found_at__lt=self.run.started_at
        ).exclude(pk__in=self._open)
        for discrepancy in earlier.select_related("payment"):
            yield f"looking again: {discrepancy.stripe_object_id}"
            self._close_if_repaired(discrepancy)

    def _close_if_repaired(self, discrepancy: Discrepancy) -> None:
        finding = _as_finding(discrepancy)
        try:
            if not _differs_still(finding):
                words = "No longer found by reconciliation."
                close(discrepancy, DiscrepancyStatus.HEALED, words, cause=Cause(BY, Source.RECONCILIATION))
        except Exception as error:
            self._fail(finding, error)
        else:
            self._unanswered = 0


def settle_one(discrepancy: Discrepancy, *, cause: Cause) -> bool:
    """Look at a discrepancy of a kind in LOOKED_AT again, and heal it if that is possible; whether it is gone.

    Somebody waits for it, so Stripe is asked once. Never inside a transaction. Raises GatewayUnreachable.
    """
    finding = _as_finding(discrepancy)
    try:
        if still_differs(finding):
            heal(finding)
            if still_differs(finding):
                return False
    except GatewayRefused:
        return False
    close(discrepancy, DiscrepancyStatus.HEALED, "Looked at again: no difference.", cause=cause)
    return True


def _claim_checked(finding: Finding) -> Finding:
    try:
        return patiently(lambda: with_claim_checked(finding))
    except GatewayRefused:
        return finding


def _differs_still(finding: Finding) -> bool:
    try:
        return patiently(lambda: still_differs(finding))
    except GatewayRefused:  # no such object, or not for this key: for finance to see
        return True


def _healed(finding: Finding) -> bool:
    try:
        heal(finding)
        return not _differs_still(finding)
    except GatewayRefused:
        return False


def _is_ignored(finding: Finding) -> bool:
    """Finance said that this very difference is none; another amount is another difference."""
    return Discrepancy.objects.filter(
        kind=finding.kind, stripe_object_id=finding.stripe_id, amount=finding.amount, status=DiscrepancyStatus.IGNORED
    ).exists()


def _note(finding: Finding) -> Discrepancy:
    return note(
        finding.kind,
        stripe_object_id=finding.stripe_id,
        cause=Cause(BY, Source.RECONCILIATION),
        payment=Payment.objects.filter(pk=finding.payment_id or 0).first(),
        amount=finding.amount,
        currency=finding.currency,
        details={"found_by": "reconciliation", "intent": finding.intent_id},
    )


def _as_finding(discrepancy: Discrepancy) -> Finding:
    payment = discrepancy.payment
    intent_id = discrepancy.details.get("intent") or (payment.intent_id if payment else "")
    return Finding(
        DiscrepancyKind(discrepancy.kind),
        discrepancy.stripe_object_id,
        intent_id or discrepancy.stripe_object_id,
        payment.pk if payment else None,
        discrepancy.amount,
        discrepancy.currency,
    )
