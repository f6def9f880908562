"""The CloudFront model refuses what AWS refuses; a cycle against it would mean little if it took everything."""

from http import HTTPStatus
from xml.etree import ElementTree

import pytest

from ops.terraform.tests.local_aws.cloudfront import markup
from ops.terraform.tests.local_aws.cloudfront.api import CloudFront
from ops.terraform.tests.local_aws.cloudfront.messages import AwsError, Reply, Request


def document(text: str) -> ElementTree.Element:
    """XML without the name space, given CloudFront's."""
    first, _, rest = text.partition(">")
    return ElementTree.fromstring(f'{first} xmlns="{markup.NAMESPACE}">{rest}')  # noqa: S314


def call(cloudfront: CloudFront, method: str, path: str, body: str | None = None, etag: str | None = None) -> Reply:
    parsed = document(body) if body else None
    return cloudfront.handle(Request(method, tuple(path.split("/")), {}, etag, parsed))


def refusal(cloudfront: CloudFront, method: str, path: str, body: str | None = None, etag: str | None = None) -> str:
    with pytest.raises(AwsError) as caught:
        call(cloudfront, method, path, body, etag)
    return caught.value.code


def distribution(*, policy: str = "", enabled: bool = True, target: str = "media", extra: str = "") -> str:
    return f"""<DistributionConfig><Origins><Items><Origin><Id>media</Id></Origin></Items></Origins>
        <DefaultCacheBehavior><TargetOriginId>{target}</TargetOriginId><CachePolicyId>{policy}</CachePolicyId>
        </DefaultCacheBehavior>{extra}<Enabled>{str(enabled).lower()}</Enabled></DistributionConfig>"""


@pytest.fixture
def cloudfront() -> CloudFront:
    return CloudFront()


@pytest.fixture
def policy(cloudfront: CloudFront) -> Reply:
    return call(cloudfront, "POST", "cache-policy", "<CachePolicyConfig><Name>images</Name></CachePolicyConfig>")


def test_a_setting_is_returned_as_it_was_sent(cloudfront: CloudFront, policy: Reply) -> None:
    read = call(cloudfront, "GET", f"cache-policy/{policy.location}/config")

    assert isinstance(read.body, ElementTree.Element)
    assert markup.text_of(read.body, "Name") == "images"
    assert read.etag == policy.etag


def test_a_name_is_taken_once(cloudfront: CloudFront, policy: Reply) -> None:
    body = "<CachePolicyConfig><Name>images</Name></CachePolicyConfig>"

    assert refusal(cloudfront, "POST", "cache-policy", body) == "CachePolicyAlreadyExists"


def test_a_policy_in_use_is_not_deleted(cloudfront: CloudFront, policy: Reply) -> None:
    call(cloudfront, "POST", "distribution", distribution(policy=policy.location or ""))

    assert refusal(cloudfront, "DELETE", f"cache-policy/{policy.location}", etag=policy.etag) == "CachePolicyInUse"


def test_a_change_on_an_old_version_is_refused(cloudfront: CloudFront, policy: Reply) -> None:
    assert refusal(cloudfront, "DELETE", f"cache-policy/{policy.location}", etag="EOLD") == "PreconditionFailed"
    assert call(cloudfront, "DELETE", f"cache-policy/{policy.location}", etag=policy.etag).status == 204
    assert refusal(cloudfront, "GET", f"cache-policy/{policy.location}") == "NoSuchCachePolicy"


@pytest.mark.parametrize(
    ("config", "code"),
    [
        (distribution(policy="ENONE"), "NoSuchCachePolicy"),
        (distribution(target="elsewhere"), "NoSuchOrigin"),
        (distribution(extra="<A><FunctionARN>arn:f</FunctionARN></A>"), "NoSuchFunctionExists"),
        (distribution(extra="<A><KeyGroup>ENONE</KeyGroup></A>"), "NoSuchResource"),
        (distribution(extra="<Aliases><CNAME>media.example.org</CNAME></Aliases>"), "InvalidViewerCertificate"),
        (
            distribution(
                extra="<ViewerCertificate><ACMCertificateArn>arn:aws:acm:eu-west-1:1:certificate/a</ACMCertificateArn>"
                "</ViewerCertificate>"
            ),
            "InvalidViewerCertificate",
        ),
    ],
)
def test_a_distribution_that_names_what_is_not_there_is_refused(cloudfront: CloudFront, config: str, code: str) -> None:
    assert refusal(cloudfront, "POST", "distribution", config) == code


def test_a_distribution_is_deleted_only_when_disabled(cloudfront: CloudFront) -> None:
    made = call(cloudfront, "POST", "distribution", distribution())
    path = f"distribution/{made.location}"

    assert refusal(cloudfront, "DELETE", path, etag=made.etag) == "DistributionNotDisabled"
    changed = call(cloudfront, "PUT", f"{path}/config", distribution(enabled=False), made.etag)
    assert call(cloudfront, "DELETE", path, etag=changed.etag).status == HTTPStatus.NO_CONTENT


def test_a_key_group_holds_known_keys_and_holds_them_fast(cloudfront: CloudFront) -> None:
    group = "<KeyGroupConfig><Name>signers</Name><Items><PublicKey>{}</PublicKey></Items></KeyGroupConfig>"
    assert refusal(cloudfront, "POST", "key-group", group.format("ENONE")) == "NoSuchPublicKey"
    key = call(cloudfront, "POST", "public-key", "<PublicKeyConfig><Name>2026-11</Name></PublicKeyConfig>")
    call(cloudfront, "POST", "key-group", group.format(key.location))

    assert refusal(cloudfront, "DELETE", f"public-key/{key.location}", etag=key.etag) == "PublicKeyInUse"


def test_a_purge_is_kept_and_can_be_read_back(cloudfront: CloudFront) -> None:
    made = call(cloudfront, "POST", "distribution", distribution())
    batch = "<InvalidationBatch><Paths><Items><Path>/media/public/a.jpg</Path></Items></Paths></InvalidationBatch>"
    path = f"distribution/{made.location}/invalidation"

    purge = call(cloudfront, "POST", path, batch)
    read = call(cloudfront, "GET", f"{path}/{purge.location}").body

    assert isinstance(read, ElementTree.Element)
    assert markup.texts_within(read, "Path") == ["/media/public/a.jpg"]
    assert refusal(cloudfront, "POST", "distribution/ENONE/invalidation", batch) == "NoSuchDistribution"


def test_a_call_it_does_not_know_is_said_so(cloudfront: CloudFront) -> None:
    assert refusal(cloudfront, "GET", "streaming-distribution") == "NotImplemented"
