"""The deposit page's wording: the editors' live page, or what we ship when there is none.

`home` registers its page here, because pages stand above payments: unpublishing the page never stops payment.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

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


def shipped() -> DepositCopy:
    """The deposit page's wording when no page is live."""
    return DepositCopy(
        title=_("Pay your deposit"),
        introduction=_(
            "<p>Your deposit secures the place and counts towards the price. We’ll email your confirmation.</p>"
        ),
        policy=_(
            "<p>You can cancel under Your bookings. We’ll show you how much we’ll refund, under the terms you booked "
            "on, before you decide.</p>"
        ),
        confirmation=_("<p>Thank you. Your place is booked, and we’ve emailed you the details.</p>"),
    )


def balance_copy(policy: str) -> DepositCopy:
    """The balance page's wording; what the editors say of cancelling goes for both."""
    return DepositCopy(
        title=_("Pay the balance"),
        introduction=_(
            "<p>The balance is the rest of the price, after your deposit. You can pay it until the session starts.</p>"
        ),
        policy=policy,
        confirmation="",  # a page text
    )


_source: list[Callable[[], DepositCopy | None]] = []


def register_source(read: Callable[[], DepositCopy | None]) -> None:
    """Have `read` give the live page's wording, or None."""
    _source[:] = [read]


def copy_for(purpose: Purpose) -> DepositCopy:
    """The wording of the page that asks for `purpose`."""
    live = deposit_copy()
    return live if purpose == Purpose.DEPOSIT else balance_copy(live.policy)


def deposit_copy() -> DepositCopy:
    """The wording now."""
    live = _source[0]() if _source else None
    return live or shipped()
