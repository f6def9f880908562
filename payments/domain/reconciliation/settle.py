"""What becomes of each candidate: gone on a second look, healed, or noted for finance."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from payments.domain.discrepancies import close, note
from payments.domain.reconciliation.findings import Finding
from payments.domain.reconciliation.heal import BY, heal, still_differs, with_claim_checked
from payments.enums import DiscrepancyKind, DiscrepancyStatus
from payments.gateway.base import GatewayRefused, GatewayUnreachable
from payments.gateway.patience import patiently
from payments.models import Discrepancy, Payment, ReconciliationRun
from portal.audit.actor import Actor, Source

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
    }
)


class Settlement:
    """Of one run; counts what was found and healed, by kind."""

    def __init__(self, run: ReconciliationRun, *, heal_missed: bool) -> None:
        self.run, self.heal_missed = run, heal_missed
        self.found: Counter[str] = Counter()
        self.healed: Counter[str] = Counter()
        self._open: set[int] = set()

    def settle(self, finding: Finding) -> str:
        """Look again, then heal it or note it; says what came of it. Raises GatewayUnreachable."""
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

        Says of each that it was looked at. Raises GatewayUnreachable.
        """
        earlier = Discrepancy.objects.filter(
            status=DiscrepancyStatus.OPEN, kind__in=LOOKED_AT, found_at__lt=self.run.started_at
        ).exclude(pk__in=self._open)
        for discrepancy in earlier.select_related("payment"):
            yield f"looking again: {discrepancy.stripe_object_id}"
            if not _differs_still(_as_finding(discrepancy)):
                words = "No longer found by reconciliation."
                close(discrepancy, DiscrepancyStatus.HEALED, words, by=BY, source=Source.RECONCILIATION)


def settle_one(discrepancy: Discrepancy, *, by: Actor, source: Source) -> bool:
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
    close(discrepancy, DiscrepancyStatus.HEALED, "Looked at again: no difference.", by=by, source=source)
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
    except (GatewayRefused, GatewayUnreachable):
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
        by=BY,
        source=Source.RECONCILIATION,
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
