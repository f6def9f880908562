"""Payment metrics."""

from collections.abc import Iterable
from typing import Final

from django.db.models import Count

from payments.enums import DiscrepancyKind, RefundStatus
from portal.common.metrics import GaugeRows, counter, database_gauge, histogram

OUTCOMES: Final = counter(
    "portal_payment_outcomes_total",
    "Attempts to pay, by outcome and reason.",
    ["outcome", "reason"],
    [["succeeded", ""]],
)
REFUND_OUTCOMES: Final = counter(
    "portal_refund_outcomes_total",
    "Refunds by outcome.",
    ["outcome"],
    [[outcome] for outcome in (*RefundStatus.values, "refused")],
)
WEBHOOK_RECEIVED: Final = counter(
    "portal_webhook_received_total",
    "Webhook deliveries by type and result.",
    ["type", "result"],
    [["unknown", "bad_signature"]],
)
WEBHOOK_ACK_SECONDS: Final = histogram(
    "portal_webhook_ack_seconds",
    "Seconds to acknowledge a webhook.",
    buckets=(0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 1, 5),
)
WEBHOOK_LAG_SECONDS: Final = histogram(
    "portal_webhook_lag_seconds",
    "Seconds from Stripe's making an event to its place in the ledger.",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 86400),
)
GATEWAY_SECONDS: Final = histogram(
    "portal_gateway_seconds",
    "Seconds of a call to Stripe, by action.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20),
    labels=["action"],
)
FINDINGS_FAILED: Final = counter(
    "portal_reconciliation_findings_failed_total",
    "Differences that reconciliation could neither look at nor heal for an error, by kind.",
    ["kind"],
    [[kind.value] for kind in DiscrepancyKind],
)
RELEASES_KEPT: Final = counter(
    "portal_release_kept_total",
    "Places that could not be released yet, by reason.",
    ["reason"],
    [["processing"], ["stripe"]],
)


def _backlog() -> GaugeRows:
    from payments.enums import LedgerState, MirrorState
    from payments.models import ReceivedEvent

    waiting = ReceivedEvent.objects.filter(ledger_state=LedgerState.RECEIVED).count()
    unmirrored = ReceivedEvent.objects.filter(mirror_state=MirrorState.WAITING).count()
    return [(["ledger"], waiting), (["mirror"], unmirrored)]


def _unreadable() -> GaugeRows:
    from payments.domain.unreadable import waiting

    return [([], waiting().count())]


def _discrepancies() -> Iterable[tuple[list[str], float]]:
    from payments.enums import DiscrepancyKind, DiscrepancyStatus
    from payments.models import Discrepancy

    counts = (
        Discrepancy.objects.filter(status=DiscrepancyStatus.OPEN)
        .order_by()
        .values_list("kind")
        .annotate(found=Count("pk"))
    )
    counts_by_kind = dict.fromkeys(DiscrepancyKind.values, 0) | dict(counts)
    return [([kind], count) for kind, count in counts_by_kind.items()]


def _violations() -> GaugeRows:
    from django.core.cache import caches

    from payments.domain.invariants import INVARIANTS
    from payments.domain.invariants.check import KEY

    counts: dict[str, int] = caches["shared"].get(KEY) or {}
    return [([invariant.name], counts.get(invariant.name, 0)) for invariant in INVARIANTS]


database_gauge(
    "portal_invariant_violations", "Broken rules of the ledger, at the last hourly check.", _violations, ["invariant"]
)


def _last_success() -> GaugeRows:
    from payments.enums import RunState
    from payments.models import ReconciliationRun

    done = ReconciliationRun.objects.filter(state=RunState.FINISHED).order_by("-finished_at").first()
    return [([], done.finished_at.timestamp() if done and done.finished_at else 0)]


database_gauge(
    "portal_reconciliation_last_success_timestamp_seconds",
    "When a reconciliation last finished; 0 when none has.",
    _last_success,
)
database_gauge(
    "portal_webhook_backlog", "Received events that wait, for the ledger or the mirror.", _backlog, ["stage"]
)
database_gauge(
    "portal_webhook_unreadable",
    "Deliveries that Stripe signed, nothing here can read, and nobody has settled.",
    _unreadable,
)
database_gauge(
    "portal_reconciliation_discrepancies", "Open discrepancies between the ledger and Stripe.", _discrepancies, ["kind"]
)


def _page_differences() -> GaugeRows:
    from payments.enums import PageDifference
    from payments.models import PaymentPageCheck

    latest = PaymentPageCheck.objects.first()
    kinds = [row["kind"] for row in latest.differences] if latest else []
    return [([kind], kinds.count(kind)) for kind in PageDifference.values]


def _page_checked_at() -> GaugeRows:
    from payments.models import PaymentPageCheck

    clean = PaymentPageCheck.objects.filter(differences=[]).first()
    return [([], clean.checked_at.timestamp() if clean else 0)]


database_gauge(
    "portal_payment_page_differences",
    "Scripts and headers of the payment page that are not as approved, at the last hourly check.",
    _page_differences,
    ["kind"],
)
database_gauge(
    "portal_payment_page_last_success_timestamp_seconds",
    "When the payment page was last found as approved; 0 when never.",
    _page_checked_at,
)


def _mirror_check() -> GaugeRows:
    from payments.mirror_check import RESULTS, last

    results = last() or {}
    return [([result], results.get(result, 0)) for result in RESULTS]


database_gauge(
    "portal_mirror_objects",
    "Objects of Stripe's that were compared with dj-stripe's tables, at the last nightly check, by result.",
    _mirror_check,
    ["result"],
)
