"""An HTTP protocol that lets an answer be a dropped connection."""

import asyncio
from typing import Any

from starlette.requests import Request
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
    def __init__(self, *, began: bool) -> None:
        super().__init__()
        self._began = began

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = _open[scope["client"]]
        if self._began:
            transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
            transport.close()
        else:
            transport.abort()
        await asyncio.sleep(0)  # the server notices that the client is gone, and asks for no response


def drop_connection(request: Request) -> Response:
    """A response that never comes: the connection is closed.

    A browser repeats a request by itself when a kept connection closes without a byte, which would turn a lost
    reply into a second request; it gets the head of a response, so that the loss stays one.
    """
    return _Dropped(began="sec-fetch-mode" in request.headers)
