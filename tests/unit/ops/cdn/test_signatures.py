"""The verifier's rules, against addresses signed by AWS's own signer."""

import base64
import json
from datetime import UTC, datetime

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric import rsa

from ops.cdn.signatures import SignatureRefused, TrustedKey, verified_until
from tests.unit.ops.cdn.running import KEY_ID

NOW = 1_800_000_000
CLIP = "https://media.example.org/media/signed/clip.mp4"


@pytest.fixture
def trusted(private_key: rsa.RSAPrivateKey) -> TrustedKey:
    return TrustedKey(KEY_ID, private_key.public_key())


def canned(signer: CloudFrontSigner, url: str = CLIP, seconds: int = 60) -> str:
    signed: str = signer.generate_presigned_url(url, date_less_than=datetime.fromtimestamp(NOW + seconds, UTC))
    return signed


def custom(signer: CloudFrontSigner, url: str = CLIP, *, resource: str = CLIP, **conditions: object) -> str:
    condition = {"DateLessThan": {"AWS:EpochTime": NOW + 60}, **conditions}
    policy = json.dumps({"Statement": [{"Resource": resource, "Condition": condition}]})
    signed: str = signer.generate_presigned_url(url, policy=policy)
    return signed


def opens_until(url: str, trusted: TrustedKey, *, now: float = NOW, viewer: str = "127.0.0.1") -> int:
    return verified_until(url, trusted=trusted, now=now, viewer_address=viewer)


def test_a_canned_policy_opens_until_its_expiry(signer: CloudFrontSigner, trusted: TrustedKey) -> None:
    url = canned(signer)

    assert opens_until(url, trusted) == NOW + 60
    assert opens_until(url, trusted, now=NOW + 59.9) == NOW + 60
    with pytest.raises(SignatureRefused, match=r"^expired$"):
        opens_until(url, trusted, now=NOW + 60)


def test_a_query_string_of_the_object_is_part_of_what_is_signed(signer: CloudFrontSigner, trusted: TrustedKey) -> None:
    url = canned(signer, CLIP + "?size=small%20one&b=")

    assert opens_until(url, trusted) == NOW + 60
    with pytest.raises(SignatureRefused, match=r"^the signature does not fit$"):
        opens_until(url.replace("size=small", "size=large"), trusted)


@pytest.mark.parametrize(
    ("resource", "url"),
    [
        ("https://media.example.org/media/signed/*", CLIP),
        ("https://media.example.org/media/signed/cli?.mp4", CLIP),
        ("http*://media.example.org/*.mp4", CLIP),
    ],
)
def test_a_custom_policy_may_use_wildcards(
    signer: CloudFrontSigner, trusted: TrustedKey, resource: str, url: str
) -> None:
    assert opens_until(custom(signer, url, resource=resource), trusted) == NOW + 60


@pytest.mark.parametrize(
    "resource",
    [
        "https://media.example.org/media/signed/clip",
        "https://media.example.org/media/signed/[c]lip.mp4",
        "https://other.example.org/*",
        "https://media.example.org/media/signed/clip?mp4?",
    ],
)
def test_a_custom_policy_for_something_else_is_refused(
    signer: CloudFrontSigner, trusted: TrustedKey, resource: str
) -> None:
    with pytest.raises(SignatureRefused, match=r"^signed for another address$"):
        opens_until(custom(signer, resource=resource), trusted)


def test_a_custom_policy_may_begin_later(signer: CloudFrontSigner, trusted: TrustedKey) -> None:
    url = custom(signer, DateGreaterThan={"AWS:EpochTime": NOW + 10})

    assert opens_until(url, trusted, now=NOW + 11) == NOW + 60
    with pytest.raises(SignatureRefused, match=r"^not yet open$"):
        opens_until(url, trusted, now=NOW + 10)


def test_a_custom_policy_may_name_the_viewers_network(signer: CloudFrontSigner, trusted: TrustedKey) -> None:
    url = custom(signer, IpAddress={"AWS:SourceIp": "10.1.0.0/16"})

    assert opens_until(url, trusted, viewer="10.1.2.3") == NOW + 60
    with pytest.raises(SignatureRefused, match=r"^signed for another viewer$"):
        opens_until(url, trusted, viewer="10.2.2.3")


@pytest.mark.parametrize(
    "path",
    [
        "/media/signed/course-1/../course-2/clip.mp4",
        "/media/signed/course-1/%2e%2e/course-2/clip.mp4",
        "/media/signed/course-1/..%2fcourse-2/clip.mp4",
        "/media/signed/course-1/./clip.mp4",
        "//media/signed/course-1/clip.mp4",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(signer: CloudFrontSigner, trusted: TrustedKey, path: str) -> None:
    url = custom(signer, "https://media.example.org" + path, resource="https://media.example.org*")

    with pytest.raises(SignatureRefused, match=r"^the path is not in its plain form$"):
        opens_until(url, trusted)


def test_nothing_opens_without_a_signature(trusted: TrustedKey) -> None:
    with pytest.raises(SignatureRefused, match=r"^signed with a key that is not trusted$"):
        opens_until(CLIP, trusted)


def test_a_later_expiry_than_the_signed_one_is_refused(signer: CloudFrontSigner, trusted: TrustedKey) -> None:
    url = canned(signer).replace(f"Expires={NOW + 60}", f"Expires={NOW + 6000}")

    with pytest.raises(SignatureRefused, match=r"^the signature does not fit$"):
        opens_until(url, trusted)


def test_another_file_than_the_signed_one_is_refused(signer: CloudFrontSigner, trusted: TrustedKey) -> None:
    with pytest.raises(SignatureRefused, match=r"^the signature does not fit$"):
        opens_until(canned(signer).replace("clip.mp4", "other.mp4"), trusted)


def test_another_key_than_the_trusted_one_is_refused(signer: CloudFrontSigner) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()

    with pytest.raises(SignatureRefused, match=r"^the signature does not fit$"):
        opens_until(canned(signer), TrustedKey(KEY_ID, stranger))
    with pytest.raises(SignatureRefused, match=r"^signed with a key that is not trusted$"):
        opens_until(canned(signer), TrustedKey("KANOTHER", stranger))


def test_a_parameter_given_twice_is_refused(signer: CloudFrontSigner, trusted: TrustedKey) -> None:
    with pytest.raises(SignatureRefused, match=r"^a parameter of the signature is given twice$"):
        opens_until(canned(signer) + f"&Expires={NOW + 6000}", trusted)


@pytest.mark.parametrize("policy", ["{", "[]", "{}", '{"Statement": []}', '{"Statement": [{"Resource": "*"}]}', "7"])
def test_a_policy_of_another_form_is_refused(signer: CloudFrontSigner, trusted: TrustedKey, policy: str) -> None:
    with pytest.raises(SignatureRefused, match=r"^the policy is not one CloudFront knows$"):
        opens_until(signer.generate_presigned_url(CLIP, policy=policy), trusted)


@pytest.mark.parametrize("rubbish", ["", "%00", "a", "****", base64.b64encode(b"x" * 256).decode()])
def test_a_signature_that_is_none_is_refused(signer: CloudFrontSigner, trusted: TrustedKey, rubbish: str) -> None:
    start, _, rest = canned(signer).partition("Signature=")

    with pytest.raises(SignatureRefused):
        opens_until(f"{start}Signature={rubbish}&{rest.partition('&')[2]}", trusted)
