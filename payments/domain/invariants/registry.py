"""Every invariant, in the order of a report."""

from typing import Final

from payments.domain.invariants.base import Invariant
from payments.domain.invariants.money import (
    ConfirmedHasItsMoney,
    MoneyHasAPlace,
    OneLivePayment,
    RefundsAddUp,
    StatusTellsTheMoney,
)
from payments.domain.invariants.places import CapacityKept, HeldIsCounted
from payments.domain.invariants.trail import (
    AuditChainVerifies,
    EveryChangeIsAudited,
    SecretsAreEncrypted,
    StatusHasItsTransition,
)

INVARIANTS: Final[tuple[Invariant, ...]] = (
    RefundsAddUp(),
    StatusTellsTheMoney(),
    ConfirmedHasItsMoney(),
    MoneyHasAPlace(),
    OneLivePayment(),
    CapacityKept(),
    HeldIsCounted(),
    StatusHasItsTransition(),
    EveryChangeIsAudited(),
    SecretsAreEncrypted(),
    AuditChainVerifies(),
)
