"""The hourly check: one row for each, an audit row and a line in the log for each that found something."""

import logging
from typing import Final

from django.db import transaction

from payments.enums import PageDifference
from payments.models import PaymentPageCheck
from payments.payment_page.compare import Difference, differences
from payments.payment_page.fetch import NotFetched, fetch
from payments.payment_page.sample import new_address
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.domain import record

logger = logging.getLogger("payments.payment_page")
_MOST: Final = 100


def check_payment_page() -> PaymentPageCheck:
    """Read the sample page over the network and note what is not as approved."""
    address = new_address()
    try:
        problems = differences(address, fetch(address), fetch)
    except NotFetched as error:
        problems = [Difference(PageDifference.FETCH, str(error))]
    for each in problems[:_MOST]:
        logger.error("the payment page is not as approved", extra={"kind": each.kind.value, "what": each.what})
    return _noted(problems)


@transaction.atomic
def _noted(problems: list[Difference]) -> PaymentPageCheck:
    rows = [{"kind": each.kind.value, "what": each.what} for each in problems[:_MOST]]
    check = PaymentPageCheck.objects.create(differences=rows)
    if problems:
        kinds = {kind.value: sum(each.kind == kind for each in problems) for kind in PageDifference}
        record(
            "payment_page.changed",
            check,
            cause=Cause(Actor.system(SystemActor.SECURITY), Source.SCHEDULE),
            data={kind: count for kind, count in kinds.items() if count},
        )
    return check
