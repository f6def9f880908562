"""One thing that may differ, before it is looked at again."""

from dataclasses import dataclass

from payments.enums import DiscrepancyKind


@dataclass(frozen=True, slots=True)
class Finding:
    """`stripe_id` names the object; `intent_id` its payment's intent; `amount` (minor units) is at stake.

    `listed_status` is Stripe's when it was listed: what has another one now changed meanwhile, and waits for the
    next run.
    """

    kind: DiscrepancyKind
    stripe_id: str
    intent_id: str = ""
    payment_id: int | None = None
    amount: int = 0
    currency: str = ""
    listed_status: str = ""
