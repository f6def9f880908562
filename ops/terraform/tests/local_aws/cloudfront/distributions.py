"""Distributions: kept as sent, checked against what they name, deleted only when disabled."""

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
class Distribution:
    identifier: str
    config: Element
    etag: str = field(default_factory=new_id)

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudfront::{ACCOUNT}:distribution/{self.identifier}"

    def document(self) -> Element:
        return markup.element(
            "Distribution",
            markup.element("Id", text=self.identifier),
            markup.element("ARN", text=self.arn),
            markup.element("Status", text="Deployed"),
            markup.element("LastModifiedTime", text=markup.LONG_AGO),
            markup.element("InProgressInvalidationBatches", text="0"),
            markup.element("DomainName", text=f"d{self.identifier.lower()}.cloudfront.net"),
            _nobody("ActiveTrustedSigners"),
            _nobody("ActiveTrustedKeyGroups"),
            self.config,
        )


@dataclass
class Distributions:
    """``check`` raises AwsError for a configuration that AWS would refuse."""

    check: Callable[[Element], None]
    items: dict[str, Distribution] = field(default_factory=dict)

    def names(self, tag: str, value: str) -> bool:
        """Does any distribution hold ``value`` in an element called ``tag``?"""
        return any(value in markup.texts_within(item.config, tag) for item in self.items.values())

    def find(self, identifier: str) -> Distribution:
        if identifier not in self.items:
            raise AwsError(HTTPStatus.NOT_FOUND, "NoSuchDistribution", f"There is no distribution {identifier}.")
        return self.items[identifier]

    def handle(self, request: Request) -> Reply:
        match request.method, request.path[1:]:
            case "POST", ():
                return self.create(request.document())
            case "GET", (identifier,):
                item = self.find(identifier)
                return Reply(HTTPStatus.OK, item.document(), item.etag)
            case "GET", (identifier, "config"):
                item = self.find(identifier)
                return Reply(HTTPStatus.OK, item.config, item.etag)
            case "PUT", (identifier, "config"):
                return self._update(request, identifier)
            case "DELETE", (identifier,):
                return self._delete(request, identifier)
        raise not_implemented(request)

    def create(self, config: Element) -> Reply:
        self.check(config)
        item = Distribution(new_id(), _completed(config))
        self.items[item.identifier] = item
        return Reply(HTTPStatus.CREATED, item.document(), item.etag, item.identifier)

    def _update(self, request: Request, identifier: str) -> Reply:
        require_match(request, self.find(identifier).etag)
        self.check(request.document())
        item = Distribution(identifier, _completed(request.document()))
        self.items[identifier] = item
        return Reply(HTTPStatus.OK, item.document(), item.etag)

    def _delete(self, request: Request, identifier: str) -> Reply:
        item = self.find(identifier)
        require_match(request, item.etag)
        if markup.text_of(item.config, "Enabled") != "false":
            raise AwsError(HTTPStatus.CONFLICT, "DistributionNotDisabled", f"{identifier} is still enabled.")
        del self.items[identifier]
        return Reply(HTTPStatus.NO_CONTENT)


def _nobody(name: str) -> Element:
    return markup.element(name, markup.element("Enabled", text="false"), markup.element("Quantity", text="0"))


def _completed(config: Element) -> Element:
    """Fill in what AWS fills in: provider 5.100 reads both without looking whether they are there."""
    if markup.child(config, "OriginGroups") is None:
        config.append(markup.element("OriginGroups", markup.element("Quantity", text="0")))
    certificate = markup.child(config, "ViewerCertificate")
    if certificate is not None and markup.child(certificate, "CloudFrontDefaultCertificate") is None:
        certificate.append(markup.element("CloudFrontDefaultCertificate", text="false"))
    return config
