"""Filters of finance's listings."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest

from payments.enums import AttemptOutcome
from payments.models import PaymentAttempt


class DeclineReasonFilter(SimpleListFilter):
    """Failed attempts by the bank's reason, or Stripe's code where the bank gave none."""

    title = "reason"
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        failed = _with_reason(PaymentAttempt.objects.filter(outcome=AttemptOutcome.FAILED))
        reasons = failed.order_by("why").values_list("why", flat=True).distinct()
        return [(reason, reason.replace("_", " ")) for reason in reasons]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        return _with_reason(queryset.filter(outcome=AttemptOutcome.FAILED)).filter(why=self.value())


def _with_reason(attempts: QuerySet[Any]) -> QuerySet[Any]:
    nothing = Value("")
    why = Coalesce(NullIf("decline_code", nothing), NullIf("code", nothing), Value("unknown"))
    found: QuerySet[Any] = attempts.annotate(why=why)
    return found
