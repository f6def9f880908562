"""`/_control/`: what a test or a person does to the sandbox that Stripe's API has no word for.

Bodies are JSON objects; every answer is JSON. The README lists what each address takes.
"""

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .errors import Object, StripeError, invalid_request, not_found
from .faults import FaultError
from .flows import accounts, disputes, payments, payouts, radar, refunds
from .ids import new_id
from .money import check_amount, check_currency
from .objects import payment_intent
from .sandbox import Sandbox

Answer = Callable[[Request], Awaitable[Response]]
Action = Callable[[Sandbox, Object, str], Any]


def routes(box: Sandbox) -> list[Route]:
    actions: list[tuple[str, str, Action]] = [
        ("GET", "/_control/faults", lambda box, _, __: box.faults.shown()),
        ("POST", "/_control/faults", set_faults),
        ("POST", "/_control/release", release),
        ("POST", "/_control/reset", reset),
        ("GET", "/_control/balance", lambda box, _, __: {"balance": box.balance()}),
        ("POST", "/_control/disputes", open_dispute),
        ("POST", "/_control/disputes/{id}/close", _moving("dispute", ("won", "lost"), disputes.close)),
        ("POST", "/_control/disputes/{id}/escalate", escalate_dispute),
        ("POST", "/_control/disputes/{id}/reinstate", reinstate_dispute),
        ("POST", "/_control/early_fraud_warnings", warn_of_fraud),
        ("POST", "/_control/reviews", open_review),
        ("POST", "/_control/payouts", settle),
        ("POST", "/_control/payouts/{id}", _moving("payout", payouts.STATUSES, payouts.move)),
        ("POST", "/_control/account", change_account),
        ("POST", "/_control/intents/{id}", move_intent),
        ("POST", "/_control/refunds/{id}", _moving("refund", refunds.STATUSES, refunds.move)),
        ("POST", "/_control/events/{id}/resend", resend),
        ("POST", "/_control/seed_intents", seed_intents),
    ]
    made = [Route(path, _answer(box, act), methods=[method]) for method, path, act in actions]

    async def deliveries(request: Request) -> Response:
        return JSONResponse(_deliveries(box, request))

    return [*made, Route("/_control/deliveries", deliveries, methods=["GET"])]


def _answer(box: Sandbox, act: Action) -> Answer:
    async def answer(request: Request) -> Response:
        try:
            body = await _body(request)
            return JSONResponse(act(box, body, request.path_params.get("id", "")))
        except (FaultError, KeyError, TypeError, ValueError) as mistake:
            return JSONResponse({"error": {"message": str(mistake)}}, 400)
        except StripeError as refusal:
            return JSONResponse({"error": refusal.error}, refusal.status)

    return answer


async def _body(request: Request) -> Object:
    text = await request.body()
    body = json.loads(text) if text else {}
    if not isinstance(body, dict):
        raise TypeError("the body must be a JSON object")
    return body


def _only(body: Object, *names: str) -> Object:
    if unknown := body.keys() - set(names):
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(names)}")
    return body


def _status(body: Object, known: Sequence[str]) -> str:
    """The one thing that a body names: what becomes of the object."""
    status = _only(body, "status").get("status")
    if status not in known:
        raise ValueError(f"status must be one of {', '.join(known)}")
    return str(status)


def _moving(kind: str, known: Sequence[str], move: Callable[[Sandbox, Object, str], Object]) -> Action:
    """Has an object become what the body says."""

    def act(box: Sandbox, body: Object, object_id: str) -> Object:
        status = _status(body, known)
        return move(box, _find(box, kind, object_id), status)

    return act


def _find(box: Sandbox, kind: str, object_id: str) -> Object:
    found = box.store[kind].get(object_id)
    if found is None:
        raise not_found(kind, object_id, "id")
    return found


def set_faults(box: Sandbox, body: Object, _: str) -> Object:
    """A partial update; ending a pause sends what it held."""
    was_paused = box.faults.webhooks.paused
    box.faults.update(body)
    if was_paused and not box.faults.webhooks.paused:
        box.delivery.release()
    return box.faults.shown()


def release(box: Sandbox, body: Object, _: str) -> Object:
    """Sends what is held and ends the pause, unless `keep_paused`."""
    if not _only(body, "keep_paused").get("keep_paused", False):
        box.faults.webhooks.paused = False
    return {"released": box.delivery.release()}


def reset(box: Sandbox, body: Object, _: str) -> Object:
    """Faults off and everything forgotten but the webhook endpoints, unless those too."""
    box.faults.clear()
    if _only(body, "faults_only", "webhook_endpoints").get("faults_only"):
        box.delivery.release()
        return {"reset": "faults"}
    keep = () if body.get("webhook_endpoints") else ("webhook_endpoint",)
    box.forget(frozenset(keep))
    return {"reset": "all"}


def open_dispute(box: Sandbox, body: Object, _: str) -> Object:
    _only(body, "charge", "payment_intent", "reason", "amount", "inquiry", "due_by")
    charge_id = _charge(box, body)["id"]
    payments.book_charge(box, charge_id)
    return disputes.open_dispute(
        box,
        _find(box, "charge", charge_id),
        reason=body.get("reason", "fraudulent"),
        amount=body.get("amount"),
        inquiry=body.get("inquiry", False),
        due_by=body.get("due_by"),
    )


def _charge(box: Sandbox, body: Object) -> Object:
    """The charge that `charge` names, or the latest one of `payment_intent`."""
    if (charge_id := body.get("charge")) is None:
        charge_id = str(_find(box, "payment_intent", body["payment_intent"])["latest_charge"])
    return _find(box, "charge", charge_id)


def escalate_dispute(box: Sandbox, body: Object, dispute_id: str) -> Object:
    _only(body)
    return disputes.escalate(box, _find(box, "dispute", dispute_id))


def reinstate_dispute(box: Sandbox, body: Object, dispute_id: str) -> Object:
    amount = int(_only(body, "amount")["amount"])
    return disputes.reinstate(box, _find(box, "dispute", dispute_id), amount)


def warn_of_fraud(box: Sandbox, body: Object, _: str) -> Object:
    _only(body, "charge", "payment_intent", "fraud_type")
    return radar.warn_of_fraud(box, _charge(box, body), body.get("fraud_type", "misc"))


def open_review(box: Sandbox, body: Object, _: str) -> Object:
    _only(body, "charge", "payment_intent")
    return radar.open_review(box, _charge(box, body), "manual")


def settle(box: Sandbox, body: Object, _: str) -> Object:
    """The day's automatic payouts now; `pending` money too, if asked."""
    pending = bool(_only(body, "pending").get("pending", False))
    return {"payouts": payouts.settle(box, whatever_is_pending=pending)}


def change_account(box: Sandbox, body: Object, _: str) -> Object:
    """Whether the account may charge and be paid out, and what its balance is kept in."""
    return accounts.change(box, _only(body, *accounts.CHANGEABLE))


def move_intent(box: Sandbox, body: Object, intent_id: str) -> Object:
    """`processing` from an open intent; `succeeded` or `failed` from a processing one; `canceled`
    as Stripe itself cancels."""
    intent = _find(box, "payment_intent", intent_id)
    status = _status(body, ("processing", "succeeded", "failed", "canceled"))
    if status == "processing":
        return payments.hold(box, intent)
    if status == "canceled":
        return payments.cancel(box, intent, "automatic")
    return payments.settle(box, intent, succeeded=status == "succeeded")


def resend(box: Sandbox, _: Object, event_id: str) -> Object:
    event = _find(box, "event", event_id)
    recipients = box.delivery.recipients(event["type"])
    box.store.put(event | {"pending_webhooks": len(recipients)})
    box.delivery.send(event_id, recipients)
    return {"resent_to": recipients}


def seed_intents(box: Sandbox, body: Object, _: str) -> Object:
    """Many intents at once for benchmarks, without events or charges; `created_from` and
    `created_to` (UTC seconds) spread them over time."""
    _only(body, "count", "amount", "currency", "status", "metadata", "created_from", "created_to")
    count, amount = int(body["count"]), int(body["amount"])
    currency = check_currency(body.get("currency", "usd"))
    check_amount(amount, currency)
    status = body.get("status", "requires_payment_method")
    if status not in {"requires_payment_method", "canceled", "succeeded"}:
        raise invalid_request("Seeded intents are open, canceled or succeeded.", param="status")
    last = int(body.get("created_to", time.time()))
    first = int(body.get("created_from", last))
    metadata = {key: str(value) for key, value in body.get("metadata", {}).items()}
    for number in range(count):
        fields = {
            "amount_received": amount if status == "succeeded" else 0,
            "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
            "canceled_at": last if status == "canceled" else None,
            "created": first + (last - first) * number // max(1, count - 1),
            "latest_charge": new_id("ch") if status == "succeeded" else None,
            "metadata": {key: value.format(n=number) for key, value in metadata.items()},
            "status": status,
        }
        box.store.put(payment_intent.build(amount, currency, fields))
    return {"created": count}


def _deliveries(box: Sandbox, request: Request) -> Object:
    report = box.delivery.report()
    names = ("event", "type", "endpoint", "outcome")
    wanted = {(name, value) for name, value in request.query_params.items() if name in names}
    report["deliveries"] = [one for one in report["deliveries"] if wanted <= one.items()]
    if limit := request.query_params.get("limit"):
        report["deliveries"] = report["deliveries"][-int(limit) :]
    return report
