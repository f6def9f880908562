"""Named settings a distribution is put together from: policies, access controls, keys and key groups.

They differ in names and error codes only, so one class serves them all.
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


ACCESS_CONTROL = Kind(
    "origin-access-control",
    "OriginAccessControl",
    "NoSuchOriginAccessControl",
    "OriginAccessControlInUse",
    dated=None,
)
CACHE_POLICY = Kind("cache-policy", "CachePolicy", "NoSuchCachePolicy", "CachePolicyInUse")
ORIGIN_REQUEST_POLICY = Kind(
    "origin-request-policy", "OriginRequestPolicy", "NoSuchOriginRequestPolicy", "OriginRequestPolicyInUse"
)
RESPONSE_HEADERS_POLICY = Kind(
    "response-headers-policy", "ResponseHeadersPolicy", "NoSuchResponseHeadersPolicy", "ResponseHeadersPolicyInUse"
)
PUBLIC_KEY = Kind("public-key", "PublicKey", "NoSuchPublicKey", "PublicKeyInUse", dated="CreatedTime")
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
                return self._create(request)
            case "GET", (identifier,):
                return self._wrapped(HTTPStatus.OK, identifier)
            case "GET", (identifier, "config"):
                setting = self._find(identifier)
                return Reply(HTTPStatus.OK, setting.config, setting.etag)
            case "PUT", (identifier,) | (identifier, "config"):
                return self._update(request, identifier)
            case "DELETE", (identifier,):
                return self._delete(request, identifier)
        raise not_implemented(request)

    def _find(self, identifier: str) -> Setting:
        if identifier not in self.items:
            raise AwsError(HTTPStatus.NOT_FOUND, self.kind.missing, f"There is no {self.kind.wrapper} {identifier}.")
        return self.items[identifier]

    def _create(self, request: Request) -> Reply:
        config = request.document()
        name = markup.text_of(config, "Name")
        if name in {markup.text_of(setting.config, "Name") for setting in self.items.values()}:
            raise AwsError(HTTPStatus.CONFLICT, f"{self.kind.wrapper}AlreadyExists", f"{name} exists already.")
        self.check(config)
        identifier = new_id()
        self.items[identifier] = Setting(config)
        return self._wrapped(HTTPStatus.CREATED, identifier)

    def _update(self, request: Request, identifier: str) -> Reply:
        require_match(request, self._find(identifier).etag)
        self.check(request.document())
        self.items[identifier] = Setting(request.document())
        return self._wrapped(HTTPStatus.OK, identifier)

    def _delete(self, request: Request, identifier: str) -> Reply:
        require_match(request, self._find(identifier).etag)
        if self.used(identifier):
            raise AwsError(HTTPStatus.CONFLICT, self.kind.in_use, f"{identifier} is still in use.")
        del self.items[identifier]
        return Reply(HTTPStatus.NO_CONTENT)

    def _wrapped(self, status: HTTPStatus, identifier: str) -> Reply:
        setting = self._find(identifier)
        dates = [markup.element(self.kind.dated, text=markup.LONG_AGO)] if self.kind.dated else []
        body = markup.element(self.kind.wrapper, markup.element("Id", text=identifier), *dates, setting.config)
        return Reply(status, body, setting.etag, identifier)
