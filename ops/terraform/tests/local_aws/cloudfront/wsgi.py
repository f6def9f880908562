"""WSGI in, WSGI out: the only module of the CloudFront model that knows HTTP."""

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ops.terraform.tests.local_aws.cloudfront import markup
from ops.terraform.tests.local_aws.cloudfront.api import CloudFront
from ops.terraform.tests.local_aws.cloudfront.messages import AwsError, Reply, Request

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

PATH_PREFIX = "/2020-05-31/"


def respond(cloudfront: CloudFront, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer one HTTP request; an AwsError becomes the document AWS sends."""
    try:
        reply = cloudfront.handle(_request(environ))
    except AwsError as error:
        reply = Reply(error.status, _error_document(error))
    return _send(reply, environ["PATH_INFO"], start_response)


def _request(environ: "WSGIEnvironment") -> Request:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length).strip()
    return Request(
        method=environ["REQUEST_METHOD"],
        path=tuple(environ["PATH_INFO"].removeprefix(PATH_PREFIX).strip("/").split("/")),
        query=dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)),
        if_match=environ.get("HTTP_IF_MATCH"),
        body=ElementTree.fromstring(body) if body else None,
    )


def _send(reply: Reply, path: str, start_response: "StartResponse") -> Iterable[bytes]:
    is_xml = isinstance(reply.body, Element)
    payload = markup.rendered(reply.body) if isinstance(reply.body, Element) else reply.body or b""
    headers = [
        ("Content-Type", "text/xml" if is_xml else "application/javascript"),
        ("Content-Length", str(len(payload))),
        ("x-amzn-RequestId", secrets.token_hex(8)),
    ]
    if reply.etag:
        headers.append(("ETag", reply.etag))
    if reply.location:
        headers.append(("Location", f"https://cloudfront.amazonaws.com{path}/{reply.location}"))
    start_response(f"{reply.status.value} {reply.status.phrase}", headers)
    return [payload]


def _error_document(error: AwsError) -> Element:
    details = markup.element(
        "Error",
        markup.element("Type", text="Sender"),
        markup.element("Code", text=error.code),
        markup.element("Message", text=error.message),
    )
    return markup.element("ErrorResponse", details, markup.element("RequestId", text="local"))
