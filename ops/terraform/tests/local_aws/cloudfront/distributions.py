"""Distributions: checked against what they name, deleted only when disabled."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from ops.terraform.tests.local_aws.cloudfront import markup
from ops.terraform.tests.local_aws.cloudfront.messages import ACCOUNT
from ops.terraform.tests.local_aws.cloudfront.settings import Collection, Kind

DISTRIBUTION = Kind("distribution", "Distribution", "NoSuchDistribution", "DistributionNotDisabled")


def arn_of(identifier: str) -> str:
    return f"arn:aws:cloudfront::{ACCOUNT}:distribution/{identifier}"


class Distributions(Collection):
    """``check`` raises AwsError for a configuration that AWS would refuse."""

    def __init__(self, check: Callable[[Element], None]) -> None:
        super().__init__(DISTRIBUTION, self._is_enabled, check)

    def _is_enabled(self, identifier: str) -> bool:
        return markup.text_of(self.find(identifier).config, "Enabled") != "false"

    def names(self, tag: str, value: str) -> bool:
        """Does any distribution hold ``value`` in an element called ``tag``?"""
        return any(value in markup.texts_within(item.config, tag) for item in self.items.values())

    def parts(self, identifier: str) -> list[Element]:
        return [
            markup.element("ARN", text=arn_of(identifier)),
            markup.element("Status", text="Deployed"),
            markup.element("InProgressInvalidationBatches", text="0"),
            markup.element("DomainName", text=f"d{identifier.lower()}.cloudfront.net"),
            _nobody("ActiveTrustedSigners"),
            _nobody("ActiveTrustedKeyGroups"),
        ]

    def completed(self, config: Element) -> Element:
        """Provider 5.100 reads both without looking whether they are there."""
        if markup.child(config, "OriginGroups") is None:
            config.append(markup.element("OriginGroups", markup.element("Quantity", text="0")))
        certificate = markup.child(config, "ViewerCertificate")
        if certificate is not None and markup.child(certificate, "CloudFrontDefaultCertificate") is None:
            certificate.append(markup.element("CloudFrontDefaultCertificate", text="false"))
        return config


def _nobody(name: str) -> Element:
    return markup.element(name, markup.element("Enabled", text="false"), markup.element("Quantity", text="0"))
