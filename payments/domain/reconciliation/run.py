"""One reconciliation run, from its row to its report."""

import logging
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from payments.domain.reconciliation.diff import STEPS
from payments.domain.reconciliation.load import clear, room_to_join
from payments.domain.reconciliation.pull import PULLED, Progress, ProgressReporter, catch_up, pull
from payments.domain.reconciliation.resolve import Resolver
from payments.enums import DiscrepancyKind, RunKind, RunState
from payments.models import ReconciliationRun
from portal.common import clock
from portal.common.task_queue import enqueue_now

logger: Final = logging.getLogger("payments.reconciliation")


class AlreadyRunning(Exception):
    """Another run of the kind has not finished yet."""


class LeaseLost(Exception):
    """The run was silent for so long that another one took its place."""


def reconcile(
    kind: RunKind, since: datetime, until: datetime, *, heal_missed: bool, progress: Progress = lambda *_: None
) -> ReconciliationRun:
    """Compare the ledger with Stripe from `since` to `until` (UTC), both widened by the run's overlap.

    Raises AlreadyRunning; GatewayError when Stripe does not answer: the run is then shown as interrupted, and the
    next one starts over.
    """
    run = _begin(kind, since, until)
    tell = ProgressReporter(progress, lambda: _renew(run))
    try:
        (_events if kind == RunKind.EVENTS else _full)(run, heal_missed, tell)
    except BaseException as error:
        _end(run, RunState.INTERRUPTED, f"{type(error).__name__}: {error}")
        raise
    _end(run, RunState.FINISHED)
    return run


def _begin(kind: RunKind, since: datetime, until: datetime) -> ReconciliationRun:
    dead = ReconciliationRun.objects.filter(kind=kind, state=RunState.RUNNING, leased_until__lt=clock.now())
    dead.update(state=RunState.INTERRUPTED, finished_at=clock.now(), error="it died")
    overlap = ReconciliationRun.OVERLAP
    try:
        with transaction.atomic():
            return ReconciliationRun.objects.create(kind=kind, since=since - overlap, until=until + overlap)
    except IntegrityError:
        raise AlreadyRunning from None


def _renew(run: ReconciliationRun) -> None:
    """Say that the run is alive. Raises LeaseLost."""
    mine = ReconciliationRun.objects.filter(pk=run.pk, state=RunState.RUNNING)
    if not mine.update(leased_until=clock.now() + ReconciliationRun.LEASE):
        raise LeaseLost


def _end(run: ReconciliationRun, state: RunState, error: str = "") -> None:
    """Close the run's row, unless another one took its place."""
    ReconciliationRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(
        state=state,
        finished_at=clock.now(),
        error=error[:500],
        seen=run.seen,
        found=run.found,
        healed=run.healed,
        failed=run.failed,
    )
    run.refresh_from_db()


def _events(run: ReconciliationRun, heal_missed: bool, tell: ProgressReporter) -> None:
    seen, missed = catch_up(run, tell)
    run.seen = {"events": seen}
    if missed:
        run.found = run.healed = {DiscrepancyKind.EVENT_MISSED.value: len(missed)}
        logger.warning("events never arrived and were fetched", extra={"count": len(missed), "first": missed[0]})
    enqueue_now("payments.tasks.process_inbox")


def _full(run: ReconciliationRun, heal_missed: bool, tell: ProgressReporter) -> None:
    run.seen = pull(run, tell)
    settlement = Resolver(run, heal_missed=heal_missed)
    for number, step in enumerate(STEPS):
        tell.share = PULLED + (1 - PULLED) * number / len(STEPS)
        tell(f"comparing {step.__name__}")
        with room_to_join():
            candidates = list(step(run))
        for candidate in candidates:
            tell(settlement.settle(candidate))
    for message in settlement.close_repaired():
        tell(message)
    tell.share = 1.0
    tell("done")
    run.found, run.healed, run.failed = dict(settlement.found), dict(settlement.healed), dict(settlement.failed)
    clear()
