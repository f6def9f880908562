"""`python -m ops.bench.refresher`: refreshes the roll-ups as beat and a worker do, until it is stopped."""

import time

import django


def main() -> None:
    """At beat's own pace; a run that takes longer is followed by the next at once."""
    django.setup()
    from insights.rollups.refresh import refresh
    from portal.celery import app

    pace = app.conf.beat_schedule["refresh-rollups"]["schedule"].total_seconds()
    while True:
        began = time.monotonic()
        refresh()
        took = time.monotonic() - began
        print(f"{took:.2f} s", flush=True)
        time.sleep(max(0.0, pace - took))


if __name__ == "__main__":
    main()
