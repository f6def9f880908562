"""KPIs of payments: attempts, deposits, refunds and disputes."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from django.utils.translation import gettext_lazy as _

from insights.kpis.aggregates import Aggregates
from insights.kpis.definition import (
    Direction,
    Kpi,
    Sample,
    Unit,
    Watch,
    amounts,
    count,
    ranked,
    share,
    share_sample,
)

_kpi = partial(Kpi, owner="Finance")
_OUTCOMES: Final = ("attempts_succeeded", "attempts_failed")


def _failures(aggregates: Aggregates) -> Sample | None:
    succeeded, failed = (aggregates.counts[column] for column in _OUTCOMES)
    return share_sample(failed, succeeded + failed)


def _refunds(aggregates: Aggregates) -> Sample:
    return Sample(aggregates.counts["refunds"], aggregates.counts["refunds"])


def _net(aggregates: Aggregates) -> Mapping[str, int]:
    taken, *lost = (aggregates.money[f"{name}_amount"] for name in ("deposits", "refunded", "disputed", "dispute_fees"))
    currencies = {currency for sums in (taken, *lost) for currency in sums}
    return {currency: taken[currency] - sum(sums[currency] for sums in lost) for currency in sorted(currencies)}


PAYMENTS: Final = (
    _kpi(
        key="attempt_success_rate",
        name=_("Attempt success rate"),
        meaning=_("Of the attempts to pay a deposit or balance that had an outcome, the share that succeeded."),
        formula="attempts_succeeded ÷ (attempts_succeeded + attempts_failed)",
        unit=Unit.RATIO,
        source="payments PaymentAttempt, by occurred_at",
        direction=Direction.HIGHER_IS_BETTER,
        query=share("attempts_succeeded", of=_OUTCOMES),
    ),
    _kpi(
        key="attempt_failure_rate",
        name=_("Attempt failure rate"),
        meaning=_("Of the attempts to pay a deposit or balance that had an outcome, the share that was declined."),
        formula="attempts_failed ÷ (attempts_succeeded + attempts_failed)",
        unit=Unit.RATIO,
        source="payments PaymentAttempt, by occurred_at",
        direction=Direction.LOWER_IS_BETTER,
        watched=Watch(sample=_failures, message=_("{value} of payment attempts failed.")),
        query=share("attempts_failed", of=_OUTCOMES),
    ),
    _kpi(
        key="payment_success_rate",
        name=_("Payment success rate"),
        meaning=_("Of the deposits and balances that someone tried to pay, the share that was paid in the end."),
        formula="payments_captured ÷ payments_tried",
        unit=Unit.RATIO,
        source="payments Payment, by created_at",
        direction=Direction.HIGHER_IS_BETTER,
        leading=3,
        query=share("payments_captured", of=("payments_tried",)),
    ),
    _kpi(
        key="declines",
        name=_("Declined attempts"),
        meaning=_("Payment attempts that a bank or Stripe declined."),
        formula="count of failed attempts",
        unit=Unit.COUNT,
        source="payments PaymentAttempt, by occurred_at",
        direction=Direction.LOWER_IS_BETTER,
        query=count("attempts_failed"),
    ),
    _kpi(
        key="declines_by_reason",
        name=_("Declines by reason"),
        meaning=_("Declined attempts by the reason the bank gave."),
        formula="count of failed attempts by decline code",
        unit=Unit.BREAKDOWN,
        source="payments PaymentAttempt, by occurred_at",
        query=lambda aggregates: ranked(aggregates.declines),
    ),
    _kpi(
        key="deposits_taken",
        name=_("Deposits taken"),
        meaning=_("Deposits paid in the period, by currency."),
        formula="sum of captured deposits",
        unit=Unit.MONEY,
        source="payments Payment, by succeeded_at",
        direction=Direction.HIGHER_IS_BETTER,
        query=amounts("deposits_amount"),
    ),
    _kpi(
        key="deposits_refunded",
        name=_("Deposits refunded"),
        meaning=_("Deposits refunded in the period, by currency."),
        formula="sum of refunds that succeeded",
        unit=Unit.MONEY,
        source="payments Refund, by settled_at",
        direction=Direction.LOWER_IS_BETTER,
        query=amounts("refunded_amount"),
    ),
    _kpi(
        key="deposits_disputed",
        name=_("Deposits disputed"),
        meaning=_("Deposits that Stripe withholds for disputes opened in the period, by currency."),
        formula="sum of withdrawn amounts",
        unit=Unit.MONEY,
        source="payments Dispute, by opened_at",
        direction=Direction.LOWER_IS_BETTER,
        query=amounts("disputed_amount"),
    ),
    _kpi(
        key="dispute_fees",
        name=_("Dispute fees"),
        meaning=_(
            "Stripe’s fees for disputes about deposits opened in the period, by the currency of the balance they were "
            "taken from."
        ),
        formula="sum of dispute fees",
        unit=Unit.MONEY,
        source="payments Dispute, by opened_at",
        since="0.2.0",
        direction=Direction.LOWER_IS_BETTER,
        query=amounts("dispute_fees_amount"),
    ),
    _kpi(
        key="deposits_net",
        name=_("Net deposits"),
        meaning=_(
            "Deposits less refunds, disputes and dispute fees, by currency. A fee in a currency without deposits is "
            "shown on its own."
        ),
        formula="deposits_taken − deposits_refunded − deposits_disputed − dispute_fees",
        unit=Unit.MONEY,
        source="the four above",
        direction=Direction.HIGHER_IS_BETTER,
        leading=2,
        query=_net,
    ),
    _kpi(
        key="refunds_made",
        name=_("Refunds"),
        meaning=_("The number of deposit refunds in the period."),
        formula="count of refunds that succeeded",
        unit=Unit.COUNT,
        source="payments Refund, by settled_at",
        direction=Direction.LOWER_IS_BETTER,
        watched=Watch(sample=_refunds, message=_("There were {value} refunds.")),
        query=count("refunds"),
    ),
    _kpi(
        key="refund_rate",
        name=_("Refund rate"),
        meaning=_("Of the deposits paid in the period, the share that was refunded in full or in part."),
        formula="paid_refunded ÷ paid",
        unit=Unit.RATIO,
        source="payments Payment, by succeeded_at",
        direction=Direction.LOWER_IS_BETTER,
        leading=6,
        query=share("paid_refunded", of=("paid",)),
    ),
)
