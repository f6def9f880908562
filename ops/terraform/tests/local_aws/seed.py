"""What an account already holds before the CDN is applied."""

from collections.abc import Iterable

import boto3  # type: ignore[import-untyped]

REGION = "eu-west-1"


def seed(endpoint: str, *, zones: Iterable[str], buckets: Iterable[str]) -> None:
    """Make the hosted zones and the buckets (for Terraform's state) at ``endpoint``."""
    session = boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name=REGION)
    route53 = session.client("route53", endpoint_url=endpoint)
    for zone in zones:
        route53.create_hosted_zone(Name=zone, CallerReference=zone)
    s3 = session.client("s3", endpoint_url=endpoint)
    for bucket in buckets:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
