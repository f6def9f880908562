"""The nightly clearing: every app's retention rules, chunk by chunk."""

import logging
from datetime import timedelta

from portal.accounts import personal_data
from portal.caregivers.metrics import CLEARED
from portal.caregivers.models import RetentionProgress
from portal.common import clock
from portal.common.retention import Retention, Trim

logger = logging.getLogger("portal.privacy")


def clear_old_data() -> dict[str, int]:
    """Run every rule that the portal carries out itself; rows changed, by rule. May be killed and run again."""
    changed = {rule.key: _clear(rule) for rule in personal_data.retention() if rule.trims}
    logger.info("old data cleared", extra={"changed": changed})
    return changed


def _clear(rule: Retention) -> int:
    changed = sum(_run(rule, f"{rule.key}.{number}", trim) for number, trim in enumerate(rule.trims))
    CLEARED.labels(rule=rule.key).inc(changed)
    return changed


def _run(rule: Retention, key: str, trim: Trim) -> int:
    assert rule.days is not None  # only a rule with a term clears anything; a test says so
    limit = clock.now() - timedelta(days=rule.days)
    progress, _ = RetentionProgress.objects.get_or_create(key=key)
    after, changed = progress.done_to if rule.goes_on else 0, 0
    while (chunk := trim(limit, after)).last is not None:
        after, changed = chunk.last, changed + chunk.changed
        RetentionProgress.objects.filter(pk=progress.pk).update(done_to=after, changed_at=clock.now())
    return changed
