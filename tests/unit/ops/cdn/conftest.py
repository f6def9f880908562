"""One origin and one CDN for the module's tests; each test uses paths of its own."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.unit.ops.cdn.origin import Origin
from tests.unit.ops.cdn.running import KEY_ID, Cdn, started


@pytest.fixture(scope="session")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def signer(private_key: rsa.RSAPrivateKey) -> CloudFrontSigner:
    """AWS's own signer, the one django-storages' addresses are equal to."""
    return CloudFrontSigner(KEY_ID, lambda message: private_key.sign(message, padding.PKCS1v15(), hashes.SHA1()))  # noqa: S303


@pytest.fixture(scope="session")
def public_key(private_key: rsa.RSAPrivateKey, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("keys") / "public.pem"
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    path.write_bytes(private_key.public_key().public_bytes(serialization.Encoding.PEM, form))
    return path


@pytest.fixture(scope="session")
def nginx() -> None:
    if shutil.which("nginx") is None:
        # In CI a missing part is a failure.
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("nginx is not installed")


@pytest.fixture(scope="module")
def origin() -> Iterator[Origin]:
    with Origin() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def cdn(nginx: None, origin: Origin, public_key: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cdn]:
    with started(origin=origin.url, run_dir=tmp_path_factory.mktemp("cdn"), public_key=public_key) as running:
        yield running
