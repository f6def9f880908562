"""`python -m ops.bench.pulling DAYS`: list what Stripe has of the last DAYS into staging; prints JSON."""

import json
import sys
import time
from datetime import timedelta

import django


def main(days: int) -> dict[str, float]:
    """The seconds it took, how many intents were seen, and how many different ones are staged."""
    django.setup()
    from payments.domain.reconciliation.progress import Teller
    from payments.domain.reconciliation.pull import pull
    from payments.enums import RunKind, RunState
    from payments.models import ReconciliationRun, StagedIntent
    from portal.common import clock

    now = clock.now()
    since = now - timedelta(days=days, minutes=5)
    run = ReconciliationRun.objects.create(kind=RunKind.FULL, state=RunState.FINISHED, since=since, until=now)
    started = time.perf_counter()
    seen = pull(run, Teller(lambda *_: None, lambda: None))["intents"]
    seconds = time.perf_counter() - started
    staged = StagedIntent.objects.filter(run=run).values("payment_id").distinct().count()
    return {"seconds": seconds, "seen": seen, "staged": staged}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
