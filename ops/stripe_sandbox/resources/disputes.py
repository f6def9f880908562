"""`/v1/disputes`."""

from ..api import Call, Endpoint
from ..errors import Object
from ..flows import disputes
from ..objects.dispute import EVIDENCE_FIELDS
from ..params import Boolean, Hash, Metadata, Text, edited, unmodelled
from ..sandbox import Sandbox
from .lookup import addressed, reading


def update(box: Sandbox, call: Call) -> Object:
    dispute = addressed(box, call, "dispute", "dispute")
    params = dict(call.params)
    evidence, submit = params.pop("evidence", {}), params.pop("submit", True)
    described = edited(dispute, params)
    if call.params.keys() == {"metadata"}:
        return box.change(dispute, described, "charge.dispute.updated")
    return disputes.submit_evidence(box, described, evidence, submit=submit)


def close(box: Sandbox, call: Call) -> Object:
    """Accepting the dispute: it is lost."""
    return disputes.close(box, addressed(box, call, "dispute", "dispute"), "lost")


ENDPOINTS = (
    *reading("dispute", "charge", "payment_intent", param="dispute"),
    Endpoint(
        "POST",
        "/v1/disputes/{id}",
        update,
        {
            "evidence": Hash(
                unmodelled("enhanced_evidence") | {name: Text(20_000, unset=True) for name in EVIDENCE_FIELDS}
            ),
            "metadata": Metadata(),
            "submit": Boolean(),
        },
    ),
    Endpoint("POST", "/v1/disputes/{id}/close", close),
)
