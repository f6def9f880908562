"""Requests, replies and errors of the CloudFront model, free of HTTP."""

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from xml.etree.ElementTree import Element

ACCOUNT = "123456789012"


@dataclass(frozen=True)
class Request:
    """``path`` is what follows the API version, split at slashes; ``if_match`` the ETag the caller has seen."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    if_match: str | None = None
    body: Element | None = None

    def document(self) -> Element:
        """The XML body. Raises AwsError when there is none."""
        if self.body is None:
            raise AwsError(HTTPStatus.BAD_REQUEST, "MalformedXML", "This call needs a document.")
        return self.body


@dataclass(frozen=True)
class Reply:
    """``body`` is XML, raw bytes (a function's code) or nothing; ``location`` ends the new resource's address."""

    status: HTTPStatus
    body: Element | bytes | None = None
    etag: str | None = None
    location: str | None = None


class AwsError(Exception):
    """An error as AWS words it: ``code`` is what clients tell errors apart by."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def not_implemented(request: Request) -> AwsError:
    call = f"{request.method} {'/'.join(request.path)}"
    return AwsError(HTTPStatus.NOT_IMPLEMENTED, "NotImplemented", f"The local CloudFront does not know {call}.")


def require_match(request: Request, etag: str) -> None:
    """Refuse a change made on a version that is no longer the current one."""
    if request.if_match != etag:
        raise AwsError(HTTPStatus.PRECONDITION_FAILED, "PreconditionFailed", "If-Match is not the current ETag.")


def new_id() -> str:
    """An identifier of CloudFront's form: E and thirteen capitals or digits."""
    return "E" + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(13))
