"""An answer to a bank on its way, and where it stands."""

from typing import Any

from payments.domain.evidence import request_submission, save_draft
from payments.models import Dispute, DisputeEvidence
from portal.audit.actor import Actor, Cause, Source
from portal.audit.models import AuditEvent
from portal.common import clock

STAFF = Actor(kind="user", id="7")  # type: ignore[arg-type]


def saved(dispute: Dispute, version: int = 0, **changes: Any) -> DisputeEvidence:
    given: dict[str, Any] = {
        "texts": {"product_description": "Respite care", "uncategorized_text": "secret"},
        "released": ["product_description"], "attached": {}, "removed": [], "cause": Cause(STAFF, Source.STAFF),
    }  # fmt: skip
    return save_draft(dispute.pk, version=version, **(given | changes))


def requested(dispute: Dispute, **changes: Any) -> DisputeEvidence:
    saved(dispute, **changes)
    return request_submission(dispute.pk, version=1, cause=Cause(STAFF, Source.STAFF))


def due_now() -> None:
    """The back-off and the lease are over."""
    DisputeEvidence.objects.update(due_at=clock.now(), leased_until=None)


def state(dispute: Dispute) -> tuple[str, str]:
    answer = DisputeEvidence.objects.get(dispute=dispute)
    return answer.state, Dispute.objects.get(pk=dispute.pk).status


def actions() -> list[str]:
    return list(
        AuditEvent.objects.filter(action__startswith="dispute.").order_by("pk").values_list("action", flat=True)
    )
