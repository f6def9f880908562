"""Serves `/v3/`: the script, the card frame and the 3-D Secure frame."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ..errors import Object, StripeError, not_found
from ..flows import payments
from ..money import display
from ..objects.payment_intent import client_view
from ..sandbox import Sandbox

REDIRECT_STATUS = {"complete": "succeeded", "pending": "pending"}  # anything else has failed
STATIC = Path(__file__).parent / "static"
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "font-src http: https:; "
        "base-uri 'none'; form-action 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def routes(box: Sandbox) -> list[Route]:
    async def challenge(request: Request) -> Response:
        """What the 3-D Secure page shows: who wants how much."""
        try:
            intent = _intent(box, request.query_params.get("client_secret", ""))
        except StripeError as refusal:
            return JSONResponse({"error": refusal.error}, refusal.status)
        method = box.store["payment_method"].get(intent["payment_method"] or "")
        amount = display(intent["amount"], intent["currency"])
        return JSONResponse({"amount": amount, "type": method["type"] if method else "card"})

    async def authenticate(request: Request) -> Response:
        form = await request.form()
        outcome = str(form.get("outcome"))
        try:
            intent = _intent(box, str(form.get("client_secret", "")))
            back = _return_address(intent, REDIRECT_STATUS.get(outcome, "failed"))
            passed, pending = outcome in ("complete", "pending"), outcome == "pending"
            intent = payments.authenticate(box, intent, passed=passed, pending=pending)
        except StripeError as refusal:
            error = dict(refusal.error)
            if "payment_intent" in error:
                error["payment_intent"] = client_view(error["payment_intent"])
            return JSONResponse({"error": error}, refusal.status)
        return JSONResponse({"payment_intent": client_view(intent), "return_url": back})

    return [
        Route("/v3", _script_address),
        Route("/v3/", _file("stripe.js")),
        Route("/v3/payment", _file("payment.html")),
        *(Route(f"/v3/{name}", _file(name)) for name in ("payment.js", "card.js", "frames.css", "authenticate.js")),
        Route("/v3/authenticate", _file("authenticate.html"), methods=["GET"]),
        Route("/v3/authenticate", authenticate, methods=["POST"]),
        Route("/v3/challenge", challenge),
    ]


def _file(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def serve(_: Request) -> Response:
        return FileResponse(STATIC / name, headers=_HEADERS)

    return serve


async def _script_address(_: Request) -> Response:
    return RedirectResponse("/v3/")


def _intent(box: Sandbox, secret: str) -> Object:
    """The intent whose client secret this is."""
    intent = box.store["payment_intent"].get(secret.partition("_secret_")[0])
    if intent is None or intent["client_secret"] != secret:
        raise not_found("payment_intent", secret.partition("_secret_")[0], "intent")
    return intent


def _return_address(intent: Object, status: str) -> str | None:
    """Where a redirecting authentication ends, with what Stripe adds to the address."""
    action = (intent["next_action"] or {}).get("redirect_to_url")
    if action is None:
        return None
    named = {"payment_intent": intent["id"], "payment_intent_client_secret": intent["client_secret"]}
    added = urlencode({**named, "redirect_status": status})
    joint = "&" if urlsplit(action["return_url"]).query else "?"
    return f"{action['return_url']}{joint}{added}"
