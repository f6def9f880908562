"""The email that tells finance what reconciliation left open: once a day, as long as something is."""

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from payments.domain.notify import discrepancies_open
from payments.enums import DiscrepancyKind
from payments.models import Discrepancy
from portal.common import clock
from portal.common.money import formatted


def notify_finance() -> int:
    """Write one email a day to everybody in finance; returns how many discrepancies are open."""
    still_open = list(Discrepancy.objects.open_differences().order_by("found_at"))
    if still_open:
        days = (clock.now() - still_open[0].found_at).days
        with transaction.atomic():
            discrepancies_open(
                count=len(still_open), kinds=_kinds(still_open), at_stake=_at_stake(still_open), oldest_days=days
            )
    return len(still_open)


def _kinds(discrepancies: Iterable[Discrepancy]) -> str:
    counted = Counter(DiscrepancyKind(one.kind).label for one in discrepancies)
    return "; ".join(f"{label}: {count}" for label, count in sorted(counted.items()))


def _at_stake(discrepancies: Iterable[Discrepancy]) -> str:
    sums: Counter[str] = Counter()
    for one in discrepancies:
        if one.currency:
            sums[one.currency] += one.amount
    return ", ".join(formatted(amount, currency) for currency, amount in sorted(sums.items()) if amount) or _("none")
