"""`/v1/disputes`."""

from ..api import Call, Endpoint
from ..errors import Object
from ..flows import disputes
from ..objects.dispute import EVIDENCE_FIELDS
from ..params import PAGING, Boolean, Hash, Metadata, Text, merge_metadata, unmodelled
from ..sandbox import Sandbox
from .lookup import addressed, listing, retrieving


def update(box: Sandbox, call: Call) -> Object:
    dispute = addressed(box, call, "dispute", "dispute")
    if "metadata" in call.params:
        dispute["metadata"] = merge_metadata(dispute["metadata"], call.params["metadata"])
        if "evidence" not in call.params and "submit" not in call.params:
            old = box.store.get("dispute", dispute["id"])
            return box.change(old, dispute, "charge.dispute.updated")
    return disputes.submit_evidence(
        box, dispute, call.params.get("evidence", {}), submit=call.params.get("submit", True)
    )


def close(box: Sandbox, call: Call) -> Object:
    """Accepting the dispute: it is lost."""
    return disputes.close(box, addressed(box, call, "dispute", "dispute"), "lost")


ENDPOINTS = (
    Endpoint(
        "GET",
        "/v1/disputes",
        listing("dispute", "charge", "payment_intent"),
        PAGING | {"charge": Text(), "payment_intent": Text()},
    ),
    Endpoint("GET", "/v1/disputes/{id}", retrieving("dispute", "dispute")),
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
