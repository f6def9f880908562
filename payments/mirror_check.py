"""Compares dj-stripe's tables with Stripe every night, and mirrors again what is missing or differs.

Every list of the last two weeks is read a page at a time and compared with the rows of its ids: memory is constant, and
a hundred objects cost one request and one query. The plain values of an object are compared: the rest does not change
without them, and what is personal may have been erased. Some change without an event: a balance transaction becomes
available.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import stripe
from django.conf import settings
from django.core.cache import caches
from djstripe import models as djstripe_models
from djstripe.models.base import StripeModel

from payments.domain.inbox import drop_client_secrets
from payments.mirror import PAGE, write
from payments.mirror_erasure import PERSONAL
from portal.common import clock

logger = logging.getLogger("payments.mirror")
BACK: Final = timedelta(days=14)
ON_ITS_WAY: Final = timedelta(minutes=10)  # what is younger is mirrored by its event
KEY: Final = "mirror-check"
LISTED: Final[tuple[type[StripeModel], ...]] = (
    djstripe_models.BalanceTransaction,
    djstripe_models.Charge,
    djstripe_models.Dispute,
    djstripe_models.EarlyFraudWarning,
    djstripe_models.PaymentIntent,
    djstripe_models.Payout,
    djstripe_models.Refund,
    djstripe_models.Review,
)
RESULTS: Final = ("same", "missing", "differs", "failed")
Json = dict[str, Any]


class NotCompared(RuntimeError):
    """Stripe gave no list. Names its error."""


def compare(back: timedelta = BACK) -> Counter[str]:
    """Compare what is not older than `back`; keep the counts for metric and page. Raises NotCompared."""
    now = clock.now()
    window = {"gte": int((now - back).timestamp()), "lte": int((now - ON_ITS_WAY).timestamp())}
    counts: Counter[str] = Counter(dict.fromkeys(RESULTS, 0))
    for model in LISTED:
        try:
            for page in _pages(model, window):
                counts.update(_compared(model, page))
        except stripe.StripeError as error:
            raise NotCompared(type(error).__name__) from error
    caches["shared"].set(KEY, {"at": clock.now(), **counts}, timeout=None)
    logger.info("the mirror was compared with Stripe", extra=dict(counts))
    return counts


def last() -> dict[str, Any] | None:
    """When it was last compared (`at`), and how many objects came to each of RESULTS; None before the first time."""
    result: dict[str, Any] | None = caches["shared"].get(KEY)
    return result


def differs(listed: Json, stored: Json) -> bool:
    """Whether a plain value differs; what is expanded in `stored` is compared by its id."""
    return any(
        _plain(stored.get(name)) != value
        for name, value in listed.items()
        if not isinstance(value, dict | list) and name not in PERSONAL
    )


def _plain(value: Any) -> Any:
    return value.get("id") if isinstance(value, dict) else value


def _pages(model: type[StripeModel], window: dict[str, int]) -> Iterator[list[Json]]:
    listing = model.stripe_class.list(
        created=window,
        limit=PAGE,
        expand=[f"data.{field}" for field in model.expand_fields],
        api_key=settings.STRIPE_SECRET_KEY,
        stripe_version=settings.STRIPE_API_VERSION,
    )
    while True:
        page = [json.loads(str(one)) for one in listing.data]
        drop_client_secrets(page)
        yield page
        if not listing.has_more:
            return
        listing = listing.next_page()


def _compared(model: type[StripeModel], page: list[Json]) -> Counter[str]:
    ids = [listed["id"] for listed in page]
    stored = dict(model.objects.filter(id__in=ids).values_list("id", "stripe_data"))
    return Counter(_settled(model, listed, stored.get(listed["id"])) for listed in page)


def _settled(model: type[StripeModel], listed: Json, stored: Json | None) -> str:
    """What was found of one object, which is mirrored again where it has to be; one that fails holds up no other."""
    if stored is not None and not differs(listed, stored):
        return "same"
    try:
        write(model, listed)
    except Exception as error:
        logger.warning("an object could not be mirrored", extra={"object": listed["id"], "error": type(error).__name__})
        return "failed"
    return "missing" if stored is None else "differs"
