"""`/receipts/`: what a charge's `receipt_url` shows, so that nobody is sent to Stripe from a demo."""

from datetime import UTC, datetime
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from .errors import Object
from .money import display
from .sandbox import Sandbox

_HEADERS = {"Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "no-referrer"}
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title></head>
<body><main><h1>{title}</h1>{lines}</main></body>
</html>
"""


def routes(box: Sandbox) -> list[Route]:
    async def receipt(request: Request) -> Response:
        charge = box.store["charge"].get(request.path_params["id"])
        if charge is None or charge["receipt_url"] is None:
            return HTMLResponse(_page("No such receipt", []), 404, _HEADERS)
        return HTMLResponse(_page("Receipt of the Stripe sandbox", _lines(charge)), headers=_HEADERS)

    return [Route("/receipts/{id}", receipt)]


def _lines(charge: Object) -> list[str]:
    card = charge["payment_method_details"].get("card")
    paid_with = f"{card['brand']} ending in {card['last4']}" if card else charge["payment_method_details"]["type"]
    lines = [
        f"Amount paid: {display(charge['amount'], charge['currency'])}",
        f"Date paid: {datetime.fromtimestamp(charge['created'], UTC):%d %B %Y}",
        f"Paid with: {paid_with}",
        charge["description"] or "",
    ]
    if charge["amount_refunded"]:
        lines.append(f"Refunded: {display(charge['amount_refunded'], charge['currency'])}")
    return [line for line in lines if line]


def _page(title: str, lines: list[str]) -> str:
    return _PAGE.format(title=title, lines="".join(f"<p>{escape(line)}</p>" for line in lines))
