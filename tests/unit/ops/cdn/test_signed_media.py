"""Restricted media through nginx: only a valid signature opens them, and only as long as it says."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from botocore.signers import CloudFrontSigner

from tests.unit.ops.cdn.origin import Origin, Stored
from tests.unit.ops.cdn.running import Cdn

CONTENT = b"for members only " * 100
Sign = Callable[..., str]


@pytest.fixture
def clip(origin: Origin) -> str:
    origin.objects["/media/signed/clip.mp4"] = Stored(CONTENT)
    return "/media/signed/clip.mp4"


@pytest.fixture
def sign(cdn: Cdn, signer: CloudFrontSigner) -> Sign:
    def signed(path: str, *, seconds: float = 300) -> str:
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        url: str = signer.generate_presigned_url(cdn.url + path, date_less_than=until)
        return url

    return signed


def test_a_signed_address_opens(cdn: Cdn, clip: str, sign: Sign) -> None:
    answer = cdn.get(sign(clip))

    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers["cache-control"] == "private, max-age=3600"


def test_a_signed_address_opens_in_ranges(cdn: Cdn, clip: str, sign: Sign) -> None:
    answer = cdn.get(sign(clip), Range="bytes=4-10")

    assert (answer.status, answer.body) == (206, CONTENT[4:11])


def test_viewers_share_one_copy_whatever_their_signatures(cdn: Cdn, origin: Origin, sign: Sign) -> None:
    origin.objects["/media/signed/shared.mp4"] = Stored(CONTENT)

    answers = [cdn.get(sign("/media/signed/shared.mp4", seconds=seconds)) for seconds in (100, 200)]

    assert [answer.headers["x-cache"] for answer in answers] == ["MISS", "HIT"]
    assert len(origin.ranges_of("/media/signed/shared.mp4")) == 1


def test_an_unsigned_address_is_403(cdn: Cdn, origin: Origin, clip: str, sign: Sign) -> None:
    assert cdn.get(clip).status == 403
    assert cdn.get(sign(clip)).status == 200
    assert cdn.get(clip).status == 403, "a copy in the cache opens nothing"


def test_an_expired_address_is_403(cdn: Cdn, clip: str, sign: Sign) -> None:
    assert cdn.get(sign(clip, seconds=-1)).status == 403


def test_an_address_that_opened_closes_when_it_expires(cdn: Cdn, clip: str, sign: Sign) -> None:
    url = sign(clip, seconds=4)
    expires = int(url.partition("Expires=")[2].partition("&")[0])

    assert cdn.get(url).status == 200
    time.sleep(max(0.0, expires - time.time()))
    assert cdn.get(url).status == 403


@pytest.mark.parametrize("parameter", ["Expires", "Signature", "Key-Pair-Id"])
def test_a_tampered_address_is_403(cdn: Cdn, clip: str, sign: Sign, parameter: str) -> None:
    url = sign(clip)
    assert cdn.get(url).status == 200
    at = url.index(parameter + "=") + len(parameter) + 1
    other = "1" if url[at] != "1" else "2"

    assert cdn.get(url[:at] + other + url[at + 1 :]).status == 403
    start, _, rest = url.partition(parameter + "=")
    assert cdn.get(start + rest.partition("&")[2]).status == 403, "nor without the parameter"


def test_a_signature_opens_no_other_object(cdn: Cdn, origin: Origin, clip: str, sign: Sign) -> None:
    origin.objects["/media/signed/other.mp4"] = Stored(b"other")

    assert cdn.get(sign(clip).replace("clip.mp4", "other.mp4")).status == 403
    assert origin.ranges_of("/media/signed/other.mp4") == []


def test_no_detour_reaches_restricted_media(cdn: Cdn, clip: str) -> None:
    for path in ("/media/public/../signed/clip.mp4", "/media//signed/clip.mp4", "/media/%73igned/clip.mp4"):
        assert cdn.get(path).status == 403


def test_a_signature_for_another_host_is_403(cdn: Cdn, clip: str, signer: CloudFrontSigner) -> None:
    until = datetime.now(UTC) + timedelta(minutes=5)
    url = signer.generate_presigned_url("http://media.example.org" + clip, date_less_than=until)

    path = url.removeprefix("http://media.example.org")
    assert cdn.get(path).status == 403
    assert cdn.get(path, Host="media.example.org").status == 403


def test_the_verifier_cannot_be_asked_from_outside(cdn: Cdn) -> None:
    assert cdn.get("/.verify").status == 404
