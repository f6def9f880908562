"""Filters of finance's listings."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from payments.enums import AttemptOutcome, FunnelStage, Purpose
from payments.models import Payment, PaymentAttempt
from payments.models.payment import REASON, STAGE_FILTERS
from portal.common.date_filters import DateListFilter
from portal.common.value_filters import distinct_values


class DeclineReasonFilter(SimpleListFilter):
    """Failed attempts by the bank's reason, or Stripe's code where the bank gave none."""

    title = _("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        failed = _with_reason(PaymentAttempt.objects.order_by().filter(outcome=AttemptOutcome.FAILED))
        return [(reason, reason.replace("_", " ")) for reason in distinct_values(failed, "why")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        return _with_reason(queryset.filter(outcome=AttemptOutcome.FAILED)).filter(why=self.value())


class FunnelStageFilter(SimpleListFilter):
    """Deposits that reached the stage; of a booking's several the newest, as the funnel counts bookings."""

    title = _("funnel stage")
    parameter_name = "reached"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(FunnelStage.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen not in FunnelStage.values:
            return queryset
        at_stage = STAGE_FILTERS[FunnelStage(chosen)]
        newer = Payment.objects.filter(
            at_stage, booking=OuterRef("booking"), purpose=Purpose.DEPOSIT, pk__gt=OuterRef("pk")
        )
        return queryset.filter(at_stage, ~Exists(newer), purpose=Purpose.DEPOSIT)


class BookedFilter(DateListFilter):
    """Days on which the booking was made, told apart from those of the row itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("date booked")


def _with_reason(attempts: QuerySet[Any]) -> QuerySet[Any]:
    annotated: QuerySet[Any] = attempts.annotate(why=REASON)
    return annotated
