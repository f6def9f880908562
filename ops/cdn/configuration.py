"""What the local CDN is started with, and the nginx configuration made of it."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ops.deploy.nginx.site import NginxTemplate

TEMPLATE = Path(__file__).with_name("nginx.conf.template")
MEDIA_TEMPLATE = Path(__file__).with_name("media.conf.template")


@dataclass(frozen=True)
class Configuration:
    """``origin`` is an http address without a path; ``run_dir`` holds cache, logs and the written nginx.conf.

    ``media_folder`` holds ``public/`` and ``signed/`` when media lie on this machine: nginx then reads them there, as
    S3 would be read, and asks ``origin`` for static files alone.
    """

    origin: str
    port: int
    run_dir: Path
    public_urls: tuple[str, ...]
    media_folder: Path | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.origin)
        if parts.scheme != "http" or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError(f"The origin must be an address such as http://127.0.0.1:9000, not {self.origin!r}.")

    @property
    def origin_address(self) -> str:
        return urlsplit(self.origin).netloc


def default_public_urls(port: int) -> tuple[str, ...]:
    return (f"http://127.0.0.1:{port}", f"http://localhost:{port}")


def write_nginx_conf(configuration: Configuration, *, verifier_port: int, media_port: int) -> Path:
    """Make the run folder and write nginx.conf into it. Returns its path."""
    media = configuration.media_folder
    run_dir = configuration.run_dir.resolve()
    for folder in ("tmp", "cache"):
        (run_dir / folder).mkdir(parents=True, exist_ok=True)
    text = NginxTemplate(TEMPLATE.read_text()).substitute(
        # As root, nginx would hand its workers to a user who may not read the run folder.
        user="user root;" if os.geteuid() == 0 else "",
        run_dir=run_dir,
        port=configuration.port,
        origin_address=configuration.origin_address,
        media_address=f"127.0.0.1:{media_port}" if media else configuration.origin_address,
        media_server=_media_server(media, media_port),
        verifier_port=verifier_port,
    )
    path = run_dir / "nginx.conf"
    path.write_text(text)
    return path


def _media_server(folder: Path | None, port: int) -> str:
    if folder is None:
        return ""
    return NginxTemplate(MEDIA_TEMPLATE.read_text()).substitute(media_folder=folder.resolve(), media_port=port)
