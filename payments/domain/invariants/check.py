"""The hourly check of the invariants: logged, and kept where the metric reads it."""

import logging
from collections import Counter

from django.core.cache import caches

from payments.domain.invariants import INVARIANTS, violations

logger = logging.getLogger("payments.invariants")
KEY = "invariant-violations"


def check_invariants() -> int:
    """Check all, log each violation by id, keep the counts for the metric; returns how many there are."""
    found = violations(INVARIANTS)
    for violation in found[:100]:
        logger.error("an invariant is broken", extra={"invariant": violation.invariant, "subject": violation.subject})
    counts = Counter(violation.invariant for violation in found)
    caches["shared"].set(KEY, {invariant.name: counts[invariant.name] for invariant in INVARIANTS}, timeout=None)
    return len(found)
