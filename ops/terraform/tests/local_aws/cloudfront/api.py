"""The CloudFront model: its collections, what refers to what, and which request goes where."""

from collections.abc import Callable
from http import HTTPStatus
from xml.etree.ElementTree import Element

from ops.terraform.tests.local_aws.cloudfront import markup, settings
from ops.terraform.tests.local_aws.cloudfront.attachments import Invalidations, Monitoring, Tags
from ops.terraform.tests.local_aws.cloudfront.distributions import Distributions, arn_of
from ops.terraform.tests.local_aws.cloudfront.functions import Functions
from ops.terraform.tests.local_aws.cloudfront.messages import AwsError, Reply, Request, not_implemented

# The element in which a distribution names a setting of each kind.
REFERENCES = {
    "CachePolicyId": settings.CACHE_POLICY,
    "OriginRequestPolicyId": settings.ORIGIN_REQUEST_POLICY,
    "ResponseHeadersPolicyId": settings.RESPONSE_HEADERS_POLICY,
    "OriginAccessControlId": settings.ACCESS_CONTROL,
    "KeyGroup": settings.KEY_GROUP,
}


class CloudFront:
    """State in memory, gone with the process."""

    def __init__(self) -> None:
        self.distributions = Distributions(self._check_distribution)
        self.functions = Functions(lambda arn: self.distributions.names("FunctionARN", arn))
        self.invalidations = Invalidations()
        self.monitoring = Monitoring()
        self.tags = Tags()
        self.settings = {
            kind.collection: settings.Collection(kind, self._used_by_distributions(tag))
            for tag, kind in REFERENCES.items()
        }
        self.settings[settings.KEY_GROUP.collection].check = self._check_key_group
        self.settings[settings.PUBLIC_KEY.collection] = settings.Collection(settings.PUBLIC_KEY, self._in_key_group)

    def handle(self, request: Request) -> Reply:
        """Answer one request. Raises AwsError."""
        match request.path:
            case (collection, *_) if collection in self.settings:
                return self.settings[collection].handle(request)
            case ("distribution",) if request.method == "POST":
                return self._create_distribution(request)
            case ("distribution", identifier, "invalidation", *_):
                self.distributions.find(identifier)
                return self.invalidations.handle(request)
            case ("distribution", *_):
                return self.distributions.handle(request)
            case ("distributions", identifier, "monitoring-subscription"):
                self.distributions.find(identifier)
                return self.monitoring.handle(request)
            case ("function", *_):
                return self.functions.handle(request)
            case ("tagging",):
                return self.tags.handle(request)
        raise not_implemented(request)

    def _create_distribution(self, request: Request) -> Reply:
        """A distribution comes alone, or together with its tags."""
        document = request.document()
        config = markup.child(document, "DistributionConfig")
        reply = self.distributions.create(document if config is None else config)
        self.tags.add(arn_of(reply.location or ""), document)
        return reply

    def _used_by_distributions(self, tag: str) -> Callable[[str], bool]:
        return lambda identifier: self.distributions.names(tag, identifier)

    def _in_key_group(self, identifier: str) -> bool:
        groups = self.settings[settings.KEY_GROUP.collection].items.values()
        return any(identifier in markup.texts_within(group.config, "PublicKey") for group in groups)

    def _check_key_group(self, config: Element) -> None:
        for identifier in markup.texts_within(config, "PublicKey"):
            self._require(settings.PUBLIC_KEY, identifier)

    def _require(self, kind: settings.Kind, identifier: str) -> None:
        if identifier not in self.settings[kind.collection].items:
            raise AwsError(HTTPStatus.NOT_FOUND, kind.missing, f"There is no {kind.wrapper} {identifier}.")

    def _check_distribution(self, config: Element) -> None:
        for tag, kind in REFERENCES.items():
            for identifier in filter(None, markup.texts_within(config, tag)):
                self._require(kind, identifier)
        for arn in markup.texts_within(config, "FunctionARN"):
            if not self.functions.is_live(arn):
                raise AwsError(HTTPStatus.NOT_FOUND, "NoSuchFunctionExists", f"{arn} is not published.")
        check_origins(config)
        check_certificate(config)


def check_origins(config: Element) -> None:
    """Every behaviour goes to an origin of the distribution."""
    known = {markup.text_of(origin, "Id") for origin in config.iter(markup.qualified("Origin"))}
    for target in markup.texts_within(config, "TargetOriginId"):
        if target not in known:
            raise AwsError(HTTPStatus.NOT_FOUND, "NoSuchOrigin", f"No origin is called {target}.")


def check_certificate(config: Element) -> None:
    """Host names of one's own need a certificate, and it must be in us-east-1."""
    certificate = markup.child(config, "ViewerCertificate")
    arn = "" if certificate is None else markup.text_of(certificate, "ACMCertificateArn")
    if markup.texts_within(config, "CNAME") and not arn:
        raise AwsError(HTTPStatus.BAD_REQUEST, "InvalidViewerCertificate", "Aliases need a certificate.")
    if arn and ":us-east-1:" not in arn:
        raise AwsError(HTTPStatus.BAD_REQUEST, "InvalidViewerCertificate", "The certificate must be in us-east-1.")
