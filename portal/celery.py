"""Celery's composition root: the worker, and beat's schedule."""

import os
import sys
from datetime import timedelta

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, setup_logging, worker_init
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from portal.common.stored_secrets import require_keys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# The sweeps: every queued task may be lost, so everything is also looked for.
app.conf.beat_schedule = {
    "process-inbox": {"task": "payments.tasks.process_inbox", "schedule": timedelta(seconds=5)},
    "mirror-inbox": {"task": "payments.tasks.mirror_inbox", "schedule": timedelta(seconds=15)},
    "send-refunds": {"task": "payments.tasks.send_refunds", "schedule": timedelta(seconds=15)},
    "send-evidence": {"task": "payments.tasks.send_evidence", "schedule": timedelta(seconds=15)},
    "expire-holds": {"task": "payments.tasks.expire_holds", "schedule": timedelta(seconds=15)},
    "remind-of-holds": {"task": "payments.tasks.remind_of_ending_holds", "schedule": timedelta(seconds=60)},
    "catch-up-events": {"task": "payments.tasks.catch_up_events", "schedule": timedelta(minutes=10)},
    "reconcile": {"task": "payments.tasks.reconcile", "schedule": crontab(hour=2, minute=10)},
    "compare-mirror": {"task": "payments.tasks.compare_mirror", "schedule": crontab(hour=3, minute=10)},
    "tell-of-discrepancies": {"task": "payments.tasks.tell_of_discrepancies", "schedule": crontab(hour=7, minute=0)},
    "check-invariants": {"task": "payments.tasks.check_invariants", "schedule": crontab(minute=7)},
    "check-payment-page": {"task": "payments.tasks.check_payment_page", "schedule": crontab(minute=17)},
    "remind-of-sessions": {"task": "payments.tasks.remind_of_sessions", "schedule": timedelta(minutes=5)},
    "ask-for-feedback": {"task": "portal.bookings.tasks.ask_for_feedback", "schedule": timedelta(minutes=15)},
    "process-session-changes": {"task": "payments.tasks.process_session_changes", "schedule": timedelta(seconds=15)},
    "send-notifications": {"task": "portal.notifications.tasks.send_waiting", "schedule": timedelta(seconds=10)},
    "publish-scheduled": {"task": "home.tasks.publish_scheduled", "schedule": timedelta(seconds=60)},
    "erase-people": {"task": "portal.caregivers.tasks.erase_waiting", "schedule": timedelta(seconds=60)},
    "erase-people-again": {"task": "portal.caregivers.tasks.erase_again", "schedule": crontab(hour=3, minute=40)},
    "trim-inbox": {"task": "payments.tasks.trim_payloads", "schedule": crontab(hour=3, minute=50)},
    "clear-old-data": {"task": "portal.caregivers.tasks.clear_old_data", "schedule": crontab(hour=4, minute=10)},
    "seal-audit-trail": {"task": "portal.audit.tasks.seal", "schedule": timedelta(seconds=5)},
    "sweep-limits": {"task": "portal.security.tasks.sweep_limits", "schedule": timedelta(minutes=10)},
    "sweep-sessions": {"task": "portal.security.tasks.sweep_sessions", "schedule": crontab(hour=4, minute=20)},
    "refresh-rollups": {
        "task": "insights.tasks.refresh_rollups",
        "schedule": timedelta(seconds=3),  # figures are at most five seconds behind, a run included
        "options": {"expires": 3},  # a busy worker does not catch up on refreshes it missed
    },
    "find-anomalies": {
        "task": "insights.tasks.find_anomalies",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 600},
    },
    "rebuild-rollups": {"task": "insights.tasks.rebuild_rollups", "schedule": crontab(hour=3, minute=30)},
    "generate-sessions": {"task": "portal.bookings.tasks.generate_sessions", "schedule": crontab(hour=2, minute=30)},
}


@setup_logging.connect
def _log_as_django_does(**kwargs: object) -> None:
    """Celery's own set-up would replace our structured log."""
    import logging.config

    logging.config.dictConfig(settings.LOGGING)


@worker_init.connect
@beat_init.connect
def _can_read_stored_secrets(**kwargs: object) -> None:
    try:
        require_keys()
    except ImproperlyConfigured as refused:
        sys.exit(str(refused))  # Celery logs any other exception of a receiver, and goes on
