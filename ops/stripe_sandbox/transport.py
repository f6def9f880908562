"""An HTTP protocol that lets an answer be a dropped connection."""

import asyncio
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_open: dict[Any, asyncio.Transport] = {}  # (host, port) of the client -> its connection


class DroppableProtocol(H11Protocol):
    """Remembers each connection by its client's address."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _open[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        _open.pop(self.client, None)
        super().connection_lost(exc)


class HungUp(Exception):
    """The request is to end without an answer."""


class _Dropped(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _open[scope["client"]].abort()


def drop_connection() -> Response:
    """A response that sends nothing and closes the connection."""
    return _Dropped()
