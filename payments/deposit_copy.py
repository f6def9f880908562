"""The deposit page's wording: the editors' live page, or what we ship when there is none.

`home` registers its page here, because pages stand above payments: unpublishing the page never stops payment.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from payments.enums import Purpose


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

BALANCE: Final = DepositCopy(
    title="Pay the balance",
    introduction="<p>The balance is the rest of the price, after your deposit. You can pay it until the session.</p>",
    policy=SHIPPED.policy,
    confirmation="<p>Thank you. The session is paid in full, and your receipt is ready.</p>",
)

_source: list[Callable[[], DepositCopy | None]] = []


def register_source(read: Callable[[], DepositCopy | None]) -> None:
    """Have `read` give the live page's wording, or None."""
    _source[:] = [read]


def copy_for(purpose: Purpose) -> DepositCopy:
    """The wording of the page that asks for `purpose`; what the editors say of cancelling goes for both."""
    live = deposit_copy()
    return live if purpose == Purpose.DEPOSIT else replace(BALANCE, policy=live.policy)


def deposit_copy() -> DepositCopy:
    """The wording now."""
    live = _source[0]() if _source else None
    return live or SHIPPED
