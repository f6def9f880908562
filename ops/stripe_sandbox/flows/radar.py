"""What Radar and the issuers say about a charge: reviews and early fraud warnings."""

from ..errors import Object, invalid_request
from ..objects import radar
from ..sandbox import Sandbox


def open_review(box: Sandbox, charge: Object, opened_reason: str = "rule") -> Object:
    """Queues the charge for a person's look; both the charge and its intent name the review."""
    if charge["review"] is not None:
        raise invalid_request(f"Charge {charge['id']} has already been placed in review.", param="charge")
    opened = box.store.put(radar.review(charge, opened_reason))
    box.store.put(charge | {"review": opened["id"]})
    intent = box.store.get("payment_intent", charge["payment_intent"])
    box.store.put(intent | {"review": opened["id"]})
    box.emit("review.opened", opened)
    return opened


def close_review(box: Sandbox, charge_id: str, reason: str) -> Object | None:
    """Closes the charge's open review, if it has one: `approved`, `refunded`, `refunded_as_fraud`, `disputed`."""
    review_id = box.store.get("charge", charge_id)["review"]
    if review_id is None or not (old := box.store.get("review", review_id))["open"]:
        return None
    return box.change(old, old | {"open": False, "closed_reason": reason, "reason": reason}, "review.closed")


def warn_of_fraud(box: Sandbox, charge: Object, fraud_type: str) -> Object:
    """The issuer reports the charge. A charge can be reported once."""
    if charge["status"] != "succeeded":
        raise invalid_request(f"Charge {charge['id']} did not succeed.", param="charge")
    if fraud_type not in radar.FRAUD_TYPES:
        listed = ", ".join(radar.FRAUD_TYPES)
        raise invalid_request(f"Invalid fraud_type: must be one of {listed}", param="fraud_type")
    if _warnings(box, charge["id"]):
        raise invalid_request(f"Charge {charge['id']} already has an early fraud warning.", param="charge")
    return box.put(radar.warning(charge, fraud_type), f"{radar.WARNING}.created")


def note_outcome(box: Sandbox, charge_id: str) -> None:
    """After a refund or a dispute there may be nothing left to act on, or (a failed refund) again something."""
    charge = box.store.get("charge", charge_id)
    actionable = not charge["disputed"] and not charge["refunded"]
    for old in _warnings(box, charge_id):
        if old["actionable"] != actionable:
            box.change(old, old | {"actionable": actionable}, f"{radar.WARNING}.updated")


def _warnings(box: Sandbox, charge_id: str) -> list[Object]:
    return box.store[radar.WARNING].matching("charge", charge_id)
