"""The HTTP server: CloudFront's paths go to our model, everything else to moto."""

import threading
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from moto.server import DomainDispatcherApplication, create_backend_app  # type: ignore[import-not-found]
from werkzeug.serving import make_server  # type: ignore[import-not-found]

from ops.terraform.tests.local_aws.cloudfront import wsgi
from ops.terraform.tests.local_aws.cloudfront.api import CloudFront

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


def front(cloudfront: CloudFront, others: "WSGIApplication") -> "WSGIApplication":
    """The WSGI application that tells CloudFront's requests from everybody else's by their path."""
    # Terraform asks in parallel; CloudFront's checks read several collections at once.
    lock = threading.Lock()

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(wsgi.PATH_PREFIX):
            return others(environ, start_response)
        with lock:
            return wsgi.respond(cloudfront, environ, start_response)

    return application


class LocalAws:
    """A running local AWS; a context manager. ``url`` is its endpoint for every service."""

    def __init__(self, *, port: int) -> None:
        moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", port, front(CloudFront(), moto), threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
