"""What must be true of the ledger at any moment, each rule by its name. Reads only."""

from payments.domain.invariants.base import Invariant, Violation, violations
from payments.domain.invariants.check import INVARIANTS

__all__ = ["INVARIANTS", "Invariant", "Violation", "violations"]
