"""One reconciliation run, from its row to its report."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from payments.domain.discrepancies import close, note
from payments.domain.reconciliation.diff import differences
from payments.domain.reconciliation.findings import Finding
from payments.domain.reconciliation.heal import BY, heal, still_differs
from payments.domain.reconciliation.pull import catch_up, pull
from payments.enums import DiscrepancyKind, DiscrepancyStatus, RunKind, RunState
from payments.gateway.base import GatewayError
from payments.models import Discrepancy, Payment, ReconciliationRun, StagedDispute, StagedIntent, StagedRefund
from portal.audit.actor import Source
from portal.common import clock
from portal.common.doorbell import ring_now

logger = logging.getLogger("payments.reconciliation")
LONGEST: Final = timedelta(hours=6)
Progress = Callable[[str], None]


class AlreadyRunning(Exception):
    """Another run has not finished yet."""


def reconcile(
    kind: RunKind, since: datetime, until: datetime, *, heal_missed: bool, progress: Progress = lambda _: None
) -> ReconciliationRun:
    """Compare the ledger with Stripe from `since` to `until` (UTC), both widened by the run's overlap.

    Raises AlreadyRunning; GatewayError when Stripe does not answer: the run is then shown as interrupted.
    """
    run = _begin(kind, since, until)
    try:
        (_events if kind == RunKind.EVENTS else _full)(run, heal_missed, progress)
    except BaseException as error:
        _end(run, RunState.INTERRUPTED, f"{type(error).__name__}: {error}")
        raise
    _end(run, RunState.FINISHED)
    return run


def _begin(kind: RunKind, since: datetime, until: datetime) -> ReconciliationRun:
    dead = ReconciliationRun.objects.filter(state=RunState.RUNNING, started_at__lt=clock.now() - LONGEST)
    dead.update(state=RunState.INTERRUPTED, finished_at=clock.now(), error="it died")
    try:
        with transaction.atomic():
            overlap = ReconciliationRun.OVERLAP
            return ReconciliationRun.objects.create(kind=kind, since=since - overlap, until=until + overlap)
    except IntegrityError:
        raise AlreadyRunning from None


def _end(run: ReconciliationRun, state: RunState, error: str = "") -> None:
    run.state, run.finished_at, run.error = state, clock.now(), error[:500]
    run.save()
    for model in (StagedIntent, StagedRefund, StagedDispute):
        model._default_manager.filter(run=run).delete()


def _events(run: ReconciliationRun, heal_missed: bool, progress: Progress) -> None:
    progress("asking Stripe for its events")
    seen, missed = catch_up(run)
    run.seen = {"events": seen}
    if missed:
        run.found = run.healed = {DiscrepancyKind.EVENT_MISSED.value: len(missed)}
        logger.warning("events never arrived and were fetched", extra={"count": len(missed), "first": missed[0]})
        ring_now("payments.tasks.process_inbox")


def _full(run: ReconciliationRun, heal_missed: bool, progress: Progress) -> None:
    progress("asking Stripe what it has")
    run.seen = pull(run)
    progress(f"comparing {sum(run.seen.values())} objects")
    found: Counter[str] = Counter()
    healed: Counter[str] = Counter()
    open_ids = set()
    for finding in list(differences(run)):
        if _is_ignored(finding) or not still_differs(finding):
            continue
        found[finding.kind.value] += 1
        if heal_missed and _healed(finding):
            healed[finding.kind.value] += 1
        else:
            open_ids.add(_note(finding))
        progress(f"{finding.kind.label}: {finding.stripe_id}")
    run.found, run.healed = dict(found), dict(healed)
    _close_repaired(run, open_ids)


def _is_ignored(finding: Finding) -> bool:
    """Finance has said why nothing more has to be done, with the same amount at stake."""
    return Discrepancy.objects.filter(
        status=DiscrepancyStatus.IGNORED,
        kind=finding.kind,
        stripe_object_id=finding.stripe_id,
        amount=finding.amount,
        currency=finding.currency,
    ).exists()


def _healed(finding: Finding) -> bool:
    try:
        heal(finding)
        return not still_differs(finding)
    except GatewayError:
        return False


def _note(finding: Finding) -> int:
    payment = Payment.objects.filter(pk=finding.payment_id or 0).first()
    return note(
        finding.kind,
        stripe_object_id=finding.stripe_id,
        by=BY,
        source=Source.RECONCILIATION,
        payment=payment,
        amount=finding.amount,
        currency=finding.currency,
        details={"found_by": "reconciliation", "intent": finding.intent_id},
    ).pk


def _close_repaired(run: ReconciliationRun, open_ids: set[int]) -> None:
    """What an earlier run found in this window, and this one did not, is over."""
    earlier = Discrepancy.objects.filter(
        status=DiscrepancyStatus.OPEN,
        details__found_by="reconciliation",
        found_at__lt=run.started_at,
        payment__created_at__gte=run.since,
        payment__created_at__lte=run.until,
    ).exclude(pk__in=open_ids)
    for discrepancy in earlier:
        close(
            discrepancy, DiscrepancyStatus.HEALED, "No longer found by reconciliation.", by=BY,
            source=Source.RECONCILIATION,
        )  # fmt: skip
