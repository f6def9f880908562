"""`/v1/disputes`."""

from ..api import Call, Endpoint, Page, list_page
from ..errors import Object
from ..flows import disputes
from ..objects.dispute import EVIDENCE_FIELDS
from ..params import PAGING, Boolean, Hash, Metadata, Text, merge_metadata, unmodelled
from ..sandbox import Sandbox
from .lookup import addressed


def retrieve(box: Sandbox, call: Call) -> Object:
    return addressed(box, call, "dispute", "dispute")


def update(box: Sandbox, call: Call) -> Object:
    dispute = addressed(box, call, "dispute", "dispute")
    if "metadata" in call.params:
        dispute["metadata"] = merge_metadata(dispute["metadata"], call.params["metadata"])
        if "evidence" not in call.params and "submit" not in call.params:
            old = box.store.get("dispute", dispute["id"])
            box.emit_change("charge.dispute.updated", old, box.store.put(dispute))
            return dispute
    return disputes.submit_evidence(
        box,
        dispute,
        call.params.get("evidence", {}),
        submit=call.params.get("submit", True),
    )


def close(box: Sandbox, call: Call) -> Object:
    """Accepting the dispute: it is lost."""
    return disputes.close(box, addressed(box, call, "dispute", "dispute"), "lost")


def list_all(box: Sandbox, call: Call) -> Page:
    given = [(name, call.params[name]) for name in ("charge", "payment_intent") if name in call.params]
    return list_page(
        box,
        call,
        "dispute",
        equal=given[0] if given else None,
        accept=lambda one: all(one[name] == value for name, value in given),
    )


ENDPOINTS = (
    Endpoint("GET", "/v1/disputes", list_all, PAGING | {"charge": Text(), "payment_intent": Text()}),
    Endpoint("GET", "/v1/disputes/{id}", retrieve),
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
