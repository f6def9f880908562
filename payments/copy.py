"""The deposit page's wording: the editors' live page, or what we ship when there is none.

`home` registers its page here, because pages stand above payments: unpublishing the page never stops payment.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the FAQ; the answer is rich text."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class DepositCopy:
    """Wording of the deposit page; all but the title is rich text."""

    title: str
    introduction: str
    policy: str
    confirmation: str
    faq: Sequence[Question] = ()


SHIPPED: Final = DepositCopy(
    title="Pay your deposit",
    introduction="<p>The deposit keeps the place. It is taken off the price.</p>",
    policy=(
        "<p>You can cancel on your bookings page. It shows what comes back to you, by the terms you booked on, "
        "before you decide.</p>"
    ),
    confirmation="<p>Thank you. The place is booked, and we have sent you an e-mail with the details.</p>",
)

_source: list[Callable[[], DepositCopy | None]] = []


def register_source(read: Callable[[], DepositCopy | None]) -> None:
    """Have `read` give the live page's wording, or None."""
    _source[:] = [read]


def deposit_copy() -> DepositCopy:
    """The wording now."""
    live = _source[0]() if _source else None
    return live or SHIPPED
