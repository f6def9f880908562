"""What Stripe would list for the ledger of `compare.fill`, with a few differences of every kind planted in it."""

from collections.abc import Iterator
from typing import Final

from payments.enums import DiscrepancyKind

K = DiscrepancyKind
Intent = tuple[str, str, int, str, int, str]  # StagedIntent.LISTED
Refunded = tuple[str, str, str, int, str]  # StagedRefund.LISTED
Disputed = tuple[str, str, str, int, str, int, int, int, int]  # StagedDispute.LISTED
PER_KIND: Final = 10
CYCLE: Final = 20  # of twenty payments 16 are paid, 3 cancelled, the last waits
PAID, WAITING = 0, CYCLE - 1
_IN_PLACE: Final = (K.AMOUNT_DIFFERS, K.STATUS_DIFFERS, K.MISSING_AT_STRIPE, K.FEE_MISSING)
_BESIDE: Final = (K.REFUND_DIFFERS, K.DISPUTE_MISSING, K.DUPLICATE_CHARGE, K.UNKNOWN_CHARGE, K.MISSING_LOCALLY)


def intent_id(number: int) -> str:
    """Of the payment with this number, from 0."""
    return f"pi_{number:09d}"


def amount(number: int) -> int:
    """In minor units."""
    return 1000 + number % 500


def planted(kind: DiscrepancyKind, count: int) -> list[int]:
    """Numbers of the payments that have the difference: far apart, each of one kind only."""
    stride, place = count // CYCLE // PER_KIND, (*_IN_PLACE, *_BESIDE).index(kind)
    assert stride > len(_IN_PLACE) + len(_BESIDE), "too few payments to plant in"
    cycle = WAITING if kind == K.STATUS_DIFFERS else PAID
    return [CYCLE * (number * stride + place) + cycle for number in range(PER_KIND)]


def expected(count: int) -> set[tuple[str, str]]:
    """(kind, Stripe's id) of everything that must be found, and nothing else may be."""
    in_place = {(kind.value, _named(kind, number)) for kind in _IN_PLACE for number in planted(kind, count)}
    return in_place | {(kind.value, _named(kind, number)) for kind in _BESIDE for number in planted(kind, count)}


def _named(kind: DiscrepancyKind, number: int) -> str:
    if kind == K.FEE_MISSING:
        return f"ch_{number:09d}"
    return f"{kind.value}_{number}" if kind in _BESIDE else intent_id(number)


def intents(count: int) -> Iterator[Intent]:
    """Every intent of Stripe's."""
    higher, paid, gone = (set(planted(kind, count)) for kind in _IN_PLACE[:3])
    for number in range(count):
        if number in gone:
            continue
        place, money = number % CYCLE, amount(number) + (number in higher)
        if place < 16 or number in paid:
            yield intent_id(number), "succeeded", money, "GBP", money, str(number + 1)
        elif place < WAITING:
            yield intent_id(number), "canceled", money, "GBP", 0, str(number + 1)
        else:
            yield intent_id(number), "requires_payment_method", money, "GBP", 0, str(number + 1)
    references = {K.DUPLICATE_CHARGE: "", K.UNKNOWN_CHARGE: "", K.MISSING_LOCALLY: str(10 * count)}
    for kind, reference in references.items():
        for number in planted(kind, count):
            ours = str(number + 1) if kind == K.DUPLICATE_CHARGE else reference
            yield _named(kind, number), "succeeded", 700, "GBP", 700, ours


def refunds(count: int) -> Iterator[Refunded]:
    """Refunds that the ledger does not have."""
    for number in planted(K.REFUND_DIFFERS, count):
        yield _named(K.REFUND_DIFFERS, number), intent_id(number), "succeeded", 100, "GBP"


def disputes(count: int) -> Iterator[Disputed]:
    """Disputes that the ledger does not have, each with its whole amount withdrawn."""
    for number in planted(K.DISPUTE_MISSING, count):
        yield _named(K.DISPUTE_MISSING, number), intent_id(number), "needs_response", 100, "GBP", 100, 100, 1500, 1
