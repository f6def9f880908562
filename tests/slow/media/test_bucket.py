"""Media in a bucket behind CloudFront, through the settings that production uses, against the local AWS."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError
from django.core.files.base import ContentFile
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from ops.stack.program import ROOT, Program, until
from portal.media_library.enums import Access
from portal.media_library.models import MediaItem
from portal.settings import media
from tests.factories import MediaItemFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
BUCKET = "portal-media"
Commit = DjangoCaptureOnCommitCallbacks


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a local AWS with the bucket."""
    folder = tmp_path_factory.mktemp("aws")
    script = '. ops/terraform/lib/common.sh; python_environment local-aws "$terraform_dir/tests/requirements.txt"'
    made = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    command = [f"{made.stdout.strip()}/bin/python", "-m", "ops.terraform.tests.local_aws", "--bucket", BUCKET]
    server = Program("local-aws", command, log=folder / "aws.log", env={"PYTHONUNBUFFERED": "1"})
    server.start()
    try:
        until(lambda: "Local AWS ready" in (folder / "aws.log").read_text(), "the local AWS")
        yield re.search(r"Local AWS ready: (\S+)", (folder / "aws.log").read_text())[1]  # type: ignore[index]
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def bucket(aws: str, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The settings of a portal whose media lie in the bucket."""
    key = tmp_path / "signing.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], capture_output=True, check=True)
    for name, value in {
        "AWS_ENDPOINT_URL": aws, "AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local", "AWS_EC2_METADATA_DISABLED": "true", "MEDIA_BUCKET": BUCKET,
        "MEDIA_BUCKET_REGION": "eu-west-1", "MEDIA_CDN_URL": "https://media.example", "MEDIA_SIGNING_KEY_ID": "K1",
        "MEDIA_SIGNING_KEY_FILE": str(key),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    settings.STORAGES = {**settings.STORAGES, **media.storages(tmp_path)}


def kept(key: str) -> dict[str, object] | None:
    """What the bucket has under `key`."""
    try:
        return dict(boto3.client("s3").head_object(Bucket=BUCKET, Key=key))
    except ClientError:
        return None


def test_a_public_film_is_an_object_that_caches_keep_for_a_year(bucket: None) -> None:
    item = MediaItemFactory()
    key = f"media/{item.file.name}"
    found = kept(key)
    assert found is not None
    assert (found["CacheControl"], found["ContentType"]) == ("public, max-age=31536000, immutable", "video/mp4")
    assert item.file.url == f"https://media.example/{key}"
    assert item.file.read() == bytes(range(256)) * 4


def test_a_restricted_film_has_an_address_that_is_signed_and_ends(bucket: None) -> None:
    item = MediaItemFactory(access=Access.SIGNED_IN)
    address = urlsplit(item.file.url)
    assert address.path == f"/media/{item.file.name}"
    assert item.file.name.startswith("signed/library/chair.")
    assert parse_qs(address.query).keys() == {"Expires", "Signature", "Key-Pair-Id"}
    assert parse_qs(address.query)["Key-Pair-Id"] == ["K1"]


def test_a_replaced_film_is_deleted_and_the_cdn_told(
    aws: str, settings: Settings, django_capture_on_commit_callbacks: Commit
) -> None:
    cloudfront = boto3.client("cloudfront", endpoint_url=aws, region_name="us-east-1")
    distribution = _distribution(cloudfront)
    settings.WAGTAILFRONTENDCACHE = {
        "cloudfront": {"BACKEND": "portal.media_library.cloudfront.Cloudfront", "DISTRIBUTION_ID": distribution}
    }
    item = MediaItemFactory()
    former = item.file.name
    with django_capture_on_commit_callbacks(execute=True):
        item.file = ContentFile(b"another film", name="chair.mp4")
        item.save()
    assert kept(f"media/{former}") is None
    assert kept(f"media/{MediaItem.objects.get().file.name}") is not None
    [told] = cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"]["Items"]
    batch = cloudfront.get_invalidation(DistributionId=distribution, Id=told["Id"])["Invalidation"]
    assert batch["InvalidationBatch"]["Paths"]["Items"] == [f"/media/{former}"]


def _distribution(cloudfront: object) -> str:
    made = cloudfront.create_distribution(  # type: ignore[attr-defined]
        DistributionConfig={
            "CallerReference": str(os.getpid()), "Comment": "", "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [{
                "Id": "media", "DomainName": f"{BUCKET}.s3.eu-west-1.amazonaws.com",
                "S3OriginConfig": {"OriginAccessIdentity": ""},
            }]},
            "DefaultCacheBehavior": {
                "TargetOriginId": "media", "ViewerProtocolPolicy": "https-only",
                "MinTTL": 0, "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
            },
        }
    )  # fmt: skip
    return str(made["Distribution"]["Id"])
