"""nginx with TLS in front of the stack's gunicorn: production's configuration with a certificate of its own."""

import os
import signal
from pathlib import Path

from ops.deploy.certificate import self_signed
from ops.deploy.nginx.site import BROTLI, HERE, NginxTemplate, Site, rendered
from ops.stack.program import Program, Server, binary, free_port


class Proxy(Server):
    """One nginx on 127.0.0.1, in front of the application on `port`. `var` holds static/ and media/.

    Its own files lie in `name` under it. `requests` is how many a second one address may make.
    """

    def __init__(
        self, var: Path, *, port: int, https_port: int | None = None, requests: int = 100_000, name: str = "nginx"
    ) -> None:
        folder = var / name
        (folder / "tmp").mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.http_port, self.port = free_port(), https_port or free_port()
        self.https_port = self.port
        self.what = f"nginx (see {folder}/error.log)"
        self.url = f"https://127.0.0.1:{self.port}"
        self.certificate, key = self_signed(folder)
        self.site = Site(
            host="127.0.0.1",
            other_hosts=("localhost",),
            address="127.0.0.1",
            certificate=self.certificate,
            certificate_key=key,
            var=var,
            application=f"127.0.0.1:{port}",
            http_port=self.http_port,
            https_port=self.port,
            log=folder,
            requests_per_second=requests,
            hsts_seconds=0,  # a browser would not forget it for the next local server on 127.0.0.1
        )
        self.configuration = self._write()
        self.program = Program("nginx", self.command(), log=folder / "nginx.log")

    def command(self, *arguments: str) -> list[str]:
        """nginx with this configuration."""
        errors = ["-e", str(self.folder / "error.log")]
        return [binary("nginx", Path("/usr/sbin")), "-c", str(self.configuration), *errors, *arguments]

    def _write(self) -> Path:
        (self.folder / "portal.conf").write_text(rendered(self.site))
        text = NginxTemplate((HERE / "nginx.conf.template").read_text()).substitute(
            run=self.folder,
            modules=f"load_module {BROTLI};" if BROTLI.exists() else "",
            # As root, nginx would hand its workers to a user who may not read the folder.
            user="user root;" if os.geteuid() == 0 else "",
        )
        configuration = self.folder / "nginx.conf"
        configuration.write_text(text)
        return configuration

    def stop(self) -> None:
        """Let answers that are under way finish, then end it."""
        self.program.stop(signal.SIGQUIT, 10)
