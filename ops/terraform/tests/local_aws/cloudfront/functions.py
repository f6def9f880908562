"""Edge functions: written in development, published to live, deleted only when nothing runs them."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from xml.etree.ElementTree import Element

from ops.terraform.tests.local_aws.cloudfront import markup
from ops.terraform.tests.local_aws.cloudfront.messages import (
    ACCOUNT,
    AwsError,
    Reply,
    Request,
    new_id,
    not_implemented,
    require_match,
)


@dataclass
class Function:
    arn: str
    config: Element
    code: bytes
    live: bool = False
    etag: str = field(default_factory=new_id)

    def write(self, document: Element) -> None:
        config = markup.child(document, "FunctionConfig")
        if config is None:
            raise AwsError(HTTPStatus.BAD_REQUEST, "InvalidArgument", "FunctionConfig is missing.")
        self.config = config
        self.code = base64.b64decode(markup.text_of(document, "FunctionCode"))
        self.etag = new_id()


@dataclass
class Functions:
    """``used`` tells whether a distribution still runs the function of an ARN."""

    used: Callable[[str], bool]
    items: dict[str, Function] = field(default_factory=dict)

    def is_live(self, arn: str) -> bool:
        return any(function.arn == arn and function.live for function in self.items.values())

    def handle(self, request: Request) -> Reply:
        match request.method, request.path[1:]:
            case "POST", ():
                return self._create(request)
            case "GET", (name, "describe"):
                function = self._find(name, request)
                return Reply(HTTPStatus.OK, self._summary(name, request), function.etag)
            case "GET", (name,):
                function = self._find(name, request)
                return Reply(HTTPStatus.OK, function.code, function.etag)
            case "POST", (name, "publish"):
                return self._publish(request, name)
            case "PUT", (name,):
                return self._update(request, name)
            case "DELETE", (name,):
                return self._delete(request, name)
        raise not_implemented(request)

    def _find(self, name: str, request: Request) -> Function:
        function = self.items.get(name)
        if function is None or (request.query.get("Stage") == "LIVE" and not function.live):
            raise AwsError(HTTPStatus.NOT_FOUND, "NoSuchFunctionExists", f"There is no function {name} at this stage.")
        return function

    def _create(self, request: Request) -> Reply:
        name = markup.text_of(request.document(), "Name")
        if name in self.items:
            raise AwsError(HTTPStatus.CONFLICT, "FunctionAlreadyExists", f"{name} exists already.")
        function = Function(f"arn:aws:cloudfront::{ACCOUNT}:function/{name}", markup.element("FunctionConfig"), b"")
        function.write(request.document())
        self.items[name] = function
        return Reply(HTTPStatus.CREATED, self._summary(name, request), function.etag, name)

    def _update(self, request: Request, name: str) -> Reply:
        function = self._find(name, request)
        require_match(request, function.etag)
        function.write(request.document())
        return Reply(HTTPStatus.OK, self._summary(name, request), function.etag)

    def _publish(self, request: Request, name: str) -> Reply:
        function = self._find(name, request)
        require_match(request, function.etag)
        function.live = True
        return Reply(HTTPStatus.OK, self._summary(name, request))

    def _delete(self, request: Request, name: str) -> Reply:
        function = self._find(name, request)
        require_match(request, function.etag)
        if self.used(function.arn):
            raise AwsError(HTTPStatus.CONFLICT, "FunctionInUse", f"A distribution still runs {name}.")
        del self.items[name]
        return Reply(HTTPStatus.NO_CONTENT)

    def _summary(self, name: str, request: Request) -> Element:
        function = self.items[name]
        metadata = markup.element(
            "FunctionMetadata",
            markup.element("FunctionARN", text=function.arn),
            markup.element("Stage", text=request.query.get("Stage", "DEVELOPMENT")),
            markup.element("CreatedTime", text=markup.LONG_AGO),
            markup.element("LastModifiedTime", text=markup.LONG_AGO),
        )
        status = "DEPLOYED" if function.live else "UNPUBLISHED"
        return markup.element(
            "FunctionSummary",
            markup.element("Name", text=name),
            markup.element("Status", text=status),
            function.config,
            metadata,
        )
