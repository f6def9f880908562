"""The local CDN in front of the stack's media, with a key pair of its own."""

import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ops.deploy.certificate import PEM, write_key
from ops.stack.program import Program, Server, free_port

KEY_ID = "KSTACK"


class Cdn(Server):
    """`python -m ops.cdn` over the media folder; static files come from `origin`. State and cache lie in `folder`."""

    what = "the CDN"

    def __init__(self, folder: Path, *, origin: str, media: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.private_key, public_key = _key_pair(folder)
        command = [sys.executable, "-m", "ops.cdn", f"--origin={origin}", f"--media-folder={media}"]
        command += [f"--port={self.port}", f"--run-dir={folder / 'run'}"]
        command += [f"--public-key={public_key}", f"--key-id={KEY_ID}"]
        self.program = Program("cdn", command, log=folder / "cdn.log")

    @property
    def environment(self) -> dict[str, str]:
        """What the portal needs to hand out the CDN's addresses."""
        return {
            "MEDIA_CDN_URL": self.url,
            "MEDIA_SIGNING_KEY_FILE": str(self.private_key),
            "MEDIA_SIGNING_KEY_ID": KEY_ID,
        }


def _key_pair(folder: Path) -> tuple[Path, Path]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private, public = folder / "signing.pem", folder / "signing.pub.pem"
    write_key(key, private)
    public.write_bytes(key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    return private, public
