"""The local CDN in front of the stack's media, with a key pair of its own."""

import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ops.stack.program import Program, free_port, listens, until

KEY_ID = "KSTACK"


class Cdn:
    """`python -m ops.cdn` over the media folder; static files come from `origin`. State under `folder`."""

    def __init__(self, folder: Path, *, origin: str, media: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.private_key, public_key = _key_pair(folder)
        options = {
            "--origin": origin, "--media-folder": media, "--port": self.port, "--run-dir": folder / "run",
            "--public-key": public_key, "--key-id": KEY_ID,
        }  # fmt: skip
        command = [sys.executable, "-m", "ops.cdn", *(str(part) for pair in options.items() for part in pair)]
        self.program = Program("cdn", command, log=folder / "cdn.log")

    @property
    def environment(self) -> dict[str, str]:
        """What the portal needs to hand out the CDN's addresses."""
        return {
            "MEDIA_CDN_URL": self.url,
            "MEDIA_SIGNING_KEY_FILE": str(self.private_key),
            "MEDIA_SIGNING_KEY_ID": KEY_ID,
        }

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.program.start()
        until(lambda: listens(self.port), "the CDN")

    def stop(self) -> None:
        """End it; the cache stays."""
        self.program.stop()


def _key_pair(folder: Path) -> tuple[Path, Path]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private, public = folder / "signing.pem", folder / "signing.pub.pem"
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    private.touch(mode=0o600)
    private.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    public.write_bytes(key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))
    return private, public
