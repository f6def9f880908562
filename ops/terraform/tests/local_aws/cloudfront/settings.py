"""What is kept as sent under an id: policies, access controls, keys and key groups, and distributions.

They differ in names and error codes, so one class serves them all.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from xml.etree.ElementTree import Element

from ops.terraform.tests.local_aws.cloudfront import markup
from ops.terraform.tests.local_aws.cloudfront.messages import (
    AwsError,
    Reply,
    Request,
    new_id,
    not_implemented,
    require_match,
)


@dataclass(frozen=True)
class Kind:
    """``collection`` is the part of the path, ``wrapper`` the element a configuration is returned in."""

    collection: str
    wrapper: str
    missing: str
    in_use: str
    dated: str | None = "LastModifiedTime"


def _kind(collection: str, dated: str | None = "LastModifiedTime") -> Kind:
    name = "".join(map(str.capitalize, collection.split("-")))
    return Kind(collection, name, f"NoSuch{name}", f"{name}InUse", dated)


ACCESS_CONTROL = _kind("origin-access-control", dated=None)
CACHE_POLICY = _kind("cache-policy")
ORIGIN_REQUEST_POLICY = _kind("origin-request-policy")
RESPONSE_HEADERS_POLICY = _kind("response-headers-policy")
PUBLIC_KEY = _kind("public-key", dated="CreatedTime")
KEY_GROUP = Kind("key-group", "KeyGroup", "NoSuchResource", "ResourceInUse")
KINDS = (ACCESS_CONTROL, CACHE_POLICY, ORIGIN_REQUEST_POLICY, RESPONSE_HEADERS_POLICY, PUBLIC_KEY, KEY_GROUP)


@dataclass
class Setting:
    config: Element
    etag: str = field(default_factory=new_id)


@dataclass
class Collection:
    """All settings of one kind. ``used`` tells whether an id is still referred to."""

    kind: Kind
    used: Callable[[str], bool]
    check: Callable[[Element], None] = lambda config: None
    items: dict[str, Setting] = field(default_factory=dict)

    def handle(self, request: Request) -> Reply:
        match request.method, request.path[1:]:
            case "POST", ():
                return self.create(request.document())
            case "GET", (identifier,):
                return self._wrapped(HTTPStatus.OK, identifier)
            case "GET", (identifier, "config"):
                setting = self.find(identifier)
                return Reply(HTTPStatus.OK, setting.config, setting.etag)
            case "PUT", (identifier,) | (identifier, "config"):
                return self._update(request, identifier)
            case "DELETE", (identifier,):
                return self._delete(request, identifier)
        raise not_implemented(request)

    def find(self, identifier: str) -> Setting:
        if identifier not in self.items:
            raise AwsError(HTTPStatus.NOT_FOUND, self.kind.missing, f"There is no {self.kind.wrapper} {identifier}.")
        return self.items[identifier]

    def create(self, config: Element) -> Reply:
        name = markup.text_of(config, "Name")
        if name and name in {markup.text_of(setting.config, "Name") for setting in self.items.values()}:
            raise AwsError(HTTPStatus.CONFLICT, f"{self.kind.wrapper}AlreadyExists", f"{name} exists already.")
        self.check(config)
        identifier = new_id()
        self.items[identifier] = Setting(self.completed(config))
        return self._wrapped(HTTPStatus.CREATED, identifier)

    def _update(self, request: Request, identifier: str) -> Reply:
        require_match(request, self.find(identifier).etag)
        self.check(request.document())
        self.items[identifier] = Setting(self.completed(request.document()))
        return self._wrapped(HTTPStatus.OK, identifier)

    def _delete(self, request: Request, identifier: str) -> Reply:
        require_match(request, self.find(identifier).etag)
        if self.used(identifier):
            raise AwsError(HTTPStatus.CONFLICT, self.kind.in_use, f"{identifier} is still in use.")
        del self.items[identifier]
        return Reply(HTTPStatus.NO_CONTENT)

    def _wrapped(self, status: HTTPStatus, identifier: str) -> Reply:
        setting = self.find(identifier)
        dates = [markup.element(self.kind.dated, text=markup.LONG_AGO)] if self.kind.dated else []
        parts = [markup.element("Id", text=identifier), *dates, *self.parts(identifier), setting.config]
        return Reply(status, markup.element(self.kind.wrapper, *parts), setting.etag, identifier)

    def parts(self, identifier: str) -> list[Element]:
        """What is told beside the configuration."""
        return []

    def completed(self, config: Element) -> Element:
        """The configuration with what AWS fills in."""
        return config
