"""The verdict: independent comparisons of what Stripe says with what the ledger says."""

from ops.chaos.oracle.base import Divergence
from ops.chaos.oracle.registry import CHECKS, judge

__all__ = ["CHECKS", "Divergence", "judge"]
