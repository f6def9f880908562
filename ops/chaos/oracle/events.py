"""Events that were acknowledged are kept and applied."""

from ops.chaos.evidence import Evidence
from ops.chaos.oracle.base import Found


def acknowledged_events_are_kept(seen: Evidence) -> Found:
    """A delivery that was answered with 2xx is in the inbox, before anything fetches it again."""
    for event, kind in seen.acknowledged.items():
        if event not in seen.stored:
            yield event, f"{kind} was acknowledged and is not in the inbox"


def every_event_is_applied(seen: Evidence) -> Found:
    """All events are about our payments, so each is applied."""
    states = {row["event_id"]: row for row in seen.inbox}
    for event, kind in seen.acknowledged.items():
        if event not in states:
            yield event, f"{kind} was acknowledged and is gone"
    for row in seen.inbox:
        if row["ledger_state"] != "applied":
            yield row["event_id"], f"{row['type']} is {row['ledger_state']} {row['last_error']}".rstrip()
