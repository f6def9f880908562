"""The security log: one structured line for each sign-in, refusal, limit and change of an account, and its count.

A line holds ids and codes only. It never holds an address of a person, a name, or anything secret: what somebody
typed as an email address may be their password.
"""

import logging
from typing import Final

from django.db import models
from django.http import HttpRequest

from portal.accounts.models import User
from portal.audit import domain as audit
from portal.audit.actor import Cause
from portal.security.actors import actor_of, current_request, current_user, source_of
from portal.security.clients import coarse_address
from portal.security.events import Outcome, SecurityEvent
from portal.security.metrics import EVENTS

Code = str | int | bool | None

logger: Final = logging.getLogger("portal.security")


def record(
    event: SecurityEvent,
    *,
    outcome: Outcome,
    request: HttpRequest | None = None,
    user_id: int | None = None,
    **codes: Code,
) -> None:
    """Write one line and count it.

    `user_id` is the account concerned; left out, it is the one signed in. `codes` are further ids and codes. The
    request id is added by the log's formatter.
    """
    if user_id is None:
        user_id = getattr(getattr(request, "user", None), "pk", None)
    entry: dict[str, Code] = {**codes, "event": event.value, "outcome": outcome.value, "user_id": user_id}
    if request is not None:
        entry["client"] = coarse_address(request)
    level = logging.INFO if outcome is Outcome.SUCCESS else logging.WARNING
    logger.log(level, "security event", extra=entry)
    EVENTS.labels(event=event.value, outcome=outcome.value).inc()


def record_change(
    event: SecurityEvent, subject: models.Model, *, user: User | None = None, by: User | None = None, **codes: Code
) -> None:
    """Write the line of a change, and its audit row in the caller's transaction.

    `user` is the account that was changed; `by` who did it: left out, the one signed in, or the portal in a command.
    """
    request = current_request()
    by = by or current_user(request)
    record(event, outcome=Outcome.SUCCESS, request=request, user_id=user.pk if user else None, **codes)
    audit.record(f"security.{event.value}", subject, cause=Cause(actor_of(by), source_of(by)), data=codes)
