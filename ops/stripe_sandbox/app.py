"""The ASGI application: `/v1/` as Stripe's API, `/v3/` as Stripe.js, `/_control/` for tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from . import control, receipts
from .api import Api, Endpoint, error_body
from .errors import unrecognized_url
from .flows import due, payouts
from .ids import new_id
from .resources import ENDPOINTS
from .sandbox import Sandbox
from .stripejs import pages


def build(address: str, state: Path | None = None) -> Starlette:
    """The sandbox as an application, reached at `address`; its state is kept in the file, if one is given."""
    box = Sandbox(address, state)
    api = Api(box)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        saving = asyncio.create_task(box.store.commit_regularly())
        box.delivery.start()
        box.timers.start(due.actions(box))
        payouts.schedule(box)
        yield
        box.timers.stop()
        await box.delivery.stop()
        saving.cancel()
        with suppress(asyncio.CancelledError):
            await saving
        box.store.close()

    routes = [
        *(Route(one.path, _endpoint(api, one), methods=[one.method]) for one in ENDPOINTS),
        Route("/v1/{path:path}", _unrecognized, methods=["GET", "POST", "DELETE", "PUT", "PATCH"]),
        *pages.routes(box),
        *control.routes(box),
        *receipts.routes(box),
        Route("/healthz", _healthy),
    ]
    # Browsers on any page may call the API: a publishable key proves nothing by its origin.
    cors = Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
    return Starlette(routes=routes, middleware=[cors], lifespan=lifespan)


def _endpoint(api: Api, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        return await api.serve(request, endpoint)

    return serve


async def _unrecognized(request: Request) -> Response:
    failure = unrecognized_url(request.method, request.url.path)
    return Response(error_body(failure, new_id("req")), failure.status, media_type="application/json")


async def _healthy(_: Request) -> Response:
    return PlainTextResponse("ok\n")
