"""Storing what Stripe tells: once, whichever way it came (webhook, or the events catch-up)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.db import InterfaceError, OperationalError, connection

from payments.models import THIN, ReceivedEvent
from portal.common.clock import from_epoch

# What differs from one new event to the next; the other columns begin alike.
PER_EVENT_COLUMNS: Final = frozenset(
    [
        "event_id",
        "type",
        "object_id",
        "api_version",
        "livemode",
        "created_at",
        "payload",
        "received_at",
        "due_at",
        "mirror_due_at",
    ]
)
NOT_AN_EVENT: Final = (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError)


def drop_client_secrets(data: Any) -> None:
    """Delete each `client_secret` in decoded JSON, in place: a browser confirms payments with it, nothing here does."""
    waiting = [data]
    while waiting:  # not recursive: a stranger decides how deep it is
        value = waiting.pop()
        if isinstance(value, dict):
            value.pop("client_secret", None)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def event_from(data: Mapping[str, Any]) -> ReceivedEvent:
    """The inbox row for a Stripe event, which loses its client secrets. Raises one of NOT_AN_EVENT when it is none."""
    drop_client_secrets(data)
    if data.get("object") == THIN:
        return _thin(data)
    return ReceivedEvent(
        event_id=_text(data["id"]),
        type=_text(data["type"]),
        object_id=_text(data["data"]["object"].get("id") or ""),
        api_version=_text(data.get("api_version") or "", 64),
        livemode=bool(data["livemode"]),
        created_at=from_epoch(data["created"]),
        payload=data,
    )


def _thin(data: Mapping[str, Any]) -> ReceivedEvent:
    """The row for an event of Stripe's API v2, which names its object and does not hold it."""
    made = datetime.fromisoformat(data["created"])
    if made.tzinfo is None:
        raise ValueError("no time zone")
    return ReceivedEvent(
        event_id=_text(data["id"]),
        type=_text(data["type"]),
        object_id=_text((data.get("related_object") or {}).get("id") or ""),
        livemode=bool(data["livemode"]),
        created_at=made,
        payload=data,
    )


def _text(value: object, most: int = 255) -> str:
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        raise ValueError("not a short text")
    return value


def store(event: ReceivedEvent, text: str = "") -> bool:
    """One INSERT … ON CONFLICT DO NOTHING, committed on its own; False for an event that is there already.

    `text` is the payload as JSON, where the caller has it anyway: it is not made a second time. It must have no client
    secret.
    Nobody asks the kept connection first whether it lives: one that died is opened anew, and the statement sent again.
    """
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return _inserted(event, text)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        return _inserted(event, text)


def _inserted(event: ReceivedEvent, text: str) -> bool:
    statement, fields = _statement(connection.vendor)
    values = [
        text if text and field.name == "payload" else field.get_db_prep_save(getattr(event, field.attname), connection)
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount)


@cache
def _statement(vendor: str) -> tuple[str, list[Any]]:
    """The statement for the database of `vendor`, and the fields whose values it takes: fewer make it quicker."""
    quote: Callable[[str], str] = connection.ops.quote_name
    literal = connection.schema_editor().quote_value
    fields = [field for field in ReceivedEvent._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(quote(str(field.column)) for field in fields)
    values = ", ".join(
        "%s" if f.name in PER_EVENT_COLUMNS else literal(f.get_db_prep_save(f.get_default(), connection))
        for f in fields
    )
    table = quote(str(ReceivedEvent._meta.db_table))
    statement = f"INSERT INTO {table} ({columns}) VALUES ({values}) ON CONFLICT (event_id) DO NOTHING"  # nosec B608 # names of our own columns
    return statement, [field for field in fields if field.name in PER_EVENT_COLUMNS]
