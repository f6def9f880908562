"""Every invariant, and the hourly check of them: logged, and kept where the metric reads it."""

import logging
from collections import Counter
from typing import Final

from django.core.cache import caches

from payments.domain.invariants.base import Invariant, violations
from payments.domain.invariants.money import (
    ConfirmedHasItsMoney,
    MoneyHasAPlace,
    OneLivePayment,
    ReceiptsAreComplete,
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

logger = logging.getLogger("payments.invariants")
KEY = "invariant-violations"


INVARIANTS: Final[tuple[Invariant, ...]] = (
    RefundsAddUp(),
    StatusTellsTheMoney(),
    ConfirmedHasItsMoney(),
    MoneyHasAPlace(),
    OneLivePayment(),
    ReceiptsAreComplete(),
    CapacityKept(),
    HeldIsCounted(),
    StatusHasItsTransition(),
    EveryChangeIsAudited(),
    SecretsAreEncrypted(),
    AuditChainVerifies(),
)


def check_invariants() -> int:
    """Check all, log each violation by id, keep the counts for the metric; returns how many there are."""
    broken = violations(INVARIANTS)
    for violation in broken[:100]:
        logger.error("an invariant is broken", extra={"invariant": violation.invariant, "subject": violation.subject})
    counts = Counter(violation.invariant for violation in broken)
    caches["shared"].set(KEY, {invariant.name: counts[invariant.name] for invariant in INVARIANTS}, timeout=None)
    return len(broken)
