"""Taking a person out of what dj-stripe mirrored: Stripe's ids, amounts and states stay."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from djstripe import models as djstripe_models
from djstripe.models.base import StripeModel

from portal.common.retention import DONE, Chunk, Trim, due

PERSONAL: Final = frozenset(
    [
        "address",
        "billing_details",
        "billing_zip",
        "card",
        "customer_details",
        "customer_email",
        "description",
        "email",
        "evidence",
        "ip",
        "ip_address",
        "ip_address_location",
        "last4",
        "link",
        "name",
        "payment_method_details",
        "payment_method_preview",
        "phone",
        "receipt_email",
        "receipt_number",
        "receipt_url",
        "session",
        "shipping",
        "source",
        "statement_descriptor",
    ]
)
MIRRORS: Final[tuple[type[StripeModel], ...]] = (
    djstripe_models.PaymentIntent,
    djstripe_models.Charge,
    djstripe_models.Refund,
    djstripe_models.Dispute,
    djstripe_models.PaymentMethod,
    djstripe_models.Customer,
    djstripe_models.Review,
)
OF_AN_INTENT: Final = (*MIRRORS[:4], djstripe_models.Review)


def without_person(data: Any) -> Any:
    """The same data with None where Stripe puts what names somebody."""
    if isinstance(data, dict):
        return {key: None if key in PERSONAL else without_person(value) for key, value in data.items()}
    if isinstance(data, list):
        return [without_person(value) for value in data]
    return data


def objects_of(intents: Iterable[str]) -> set[str]:
    """Ids of every mirrored object that belongs to these intents: charges, refunds, disputes, cards, customers."""
    wanted = list(intents)
    ids = set(wanted)
    for model in OF_AN_INTENT:
        about = Q(id__in=wanted) | Q(stripe_data__payment_intent__in=wanted)
        for data in model.objects.filter(about).values_list("stripe_data", flat=True):
            named = [data.get(name) for name in ("id", "payment_method", "customer")]
            ids |= {value for value in named if isinstance(value, str)}
    return ids


def erase(objects: Iterable[str]) -> None:
    """Scrub the mirrored objects with these ids, and the events about them."""
    ids = list(objects)
    for model in MIRRORS:
        _scrub(model, Q(id__in=ids))
    _scrub(djstripe_models.Event, Q(data__object__id__in=ids) | Q(stripe_data__data__object__id__in=ids), "data")


def _scrub(model: type[StripeModel], which: Q, *also: str) -> None:
    columns = {"stripe_data", *also}
    for row in model.objects.filter(which).iterator(chunk_size=100):
        model.objects.filter(pk=row.pk).update(**{c: without_person(getattr(row, c)) for c in columns})


def _trim_of(model: type[StripeModel], *also: str) -> Trim:
    """A trim of one mirrored kind: rows are numbered as they were mirrored, and due by the day they were."""

    def trim(limit: datetime, after: int) -> Chunk:
        keys = due(model.objects.all(), "djstripe_created", limit, after)
        _scrub(model, Q(pk__in=keys), *also)
        return Chunk(keys[-1], len(keys)) if keys else DONE

    return trim


# How far each has come is kept by its number: a new one goes to the end.
TRIMS: Final = (
    *(_trim_of(model) for model in MIRRORS[:6]),
    _trim_of(djstripe_models.Event, "data"),
    _trim_of(djstripe_models.Review),
)
