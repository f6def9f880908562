"""The portal as an operator installs it: deployed settings, gunicorn, a database of its own; asked as nginx asks it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from bs4 import BeautifulSoup

from ops.stack.program import ROOT, Program, free_port, until
from ops.stack.static import build

HOST: Final = "portal.example.org"
LIVE: Final = "0" * 24
PRODUCTION: Final = {
    "DJANGO_SETTINGS_MODULE": "tests.production_settings",
    "PORTAL_SECRET_KEY": "production-secret-key-kX9qPz7LmW2vRt8bNc4hJs6dFg1yUe3oAi5wQx0Z",
    "PORTAL_ENCRYPTION_KEYS": "8y1MZ0ek3VQbqXhrsx2DFwLTzPgJ6nGkuA4cR9oWi7E=",
    "PORTAL_BASE_URL": f"https://{HOST}",
    "PORTAL_ALLOWED_HOSTS": HOST,
    "STRIPE_SECRET_KEY": f"sk_live_{LIVE}",
    "STRIPE_PUBLISHABLE_KEY": f"pk_live_{LIVE}",
    "AUDIT_HMAC_KEY": "production-audit-key-Vb7nMq2XzL9wKc4tRf8yHd3sGj6pEu1oTi5aYx0Q",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "EMAIL_FROM": f"Portal <bookings@{HOST}>",
}


class Installed:
    """One installation. `environment` is what an operator would write into /etc/portal/environment."""

    def __init__(self, var: Path, database: str, environment: Mapping[str, str] = PRODUCTION) -> None:
        self.port = free_port()
        self.var, self.database = var, database
        self.environment = {
            **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")},
            "VAR": str(var),
            "DATABASE_URL": database,
            "BROKER_URL": os.environ["BROKER_URL"],
            "AUDIT_HEADS_FILE": str(var / "audit-heads.jsonl"),
            "PORTAL_LOG_LEVEL": "WARNING",
            **environment,
        }
        command = [
            sys.executable, "-m", "gunicorn", "tests.behind_tls", "--bind", f"127.0.0.1:{self.port}", "--workers", "2",
            "--no-control-socket", "--log-level", "warning",
        ]  # fmt: skip
        self.web = Program("web", command, log=var / "web.log", env=self.environment)

    def manage(self, *command: str) -> str:
        """What one management command prints. Raises AssertionError with its complaint."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command[0]}: {done.stdout[-2000:]}{done.stderr[-3000:]}"
        return done.stdout

    def collect_static(self) -> None:
        """As collectstatic does, from a kept result where there is one."""
        build(self.var / "static", self.environment)

    def shell(self, code: str) -> str:
        """What some Python prints within the installation."""
        return self.manage("shell", "-v0", "-c", code)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database says."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(query.encode(), values or None).fetchall()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """While the web server runs."""
        self.web.start()
        try:
            until(lambda: self._answers(), "the installation", 120)
            yield
        finally:
            self.web.stop()

    def browser(self) -> "Browser":
        """Somebody's browser."""
        return Browser(self.port)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz/").status_code == 200
        except httpx.HTTPError:
            return False


class _BehindProxy(httpx.HTTPTransport):
    """Plays nginx: takes https://portal.example.org and passes it on to gunicorn."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        address = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        headers = {**request.headers, "host": request.url.host, "x-forwarded-for": "192.0.2.7"}
        passed_on = httpx.Request(request.method, address, headers=headers, stream=request.stream)
        passed_on.extensions = request.extensions
        return super().handle_request(passed_on)


class Browser(httpx.Client):
    """Keeps cookies, fills in forms."""

    def __init__(self, port: int) -> None:
        super().__init__(base_url=f"https://{HOST}", transport=_BehindProxy(port), timeout=60)

    def submit(self, path: str, *, files: Any = None, **changes: Any) -> httpx.Response:
        """GET the page at `path` and send its (last) form back, with `changes`; the reply is not followed."""
        page = self.get(path)
        assert page.status_code == 200, (path, page.status_code, page.headers.get("location"), page.text[:1500])
        form = {**filled_in(page.text), **changes}
        return self.post(path, data=form, files=files, headers={"Referer": f"https://{HOST}{path}"})

    def sign_in(self, email: str, password: str, secret: str = "") -> httpx.Response:
        """With a code of the authenticator app's `secret` when there is one; returns the last reply."""
        reply = self.submit("/accounts/login/", login=email, password=password)
        assert reply.is_redirect, reply.text[:3000]
        if secret:
            assert "2fa/authenticate" in reply.headers["location"]
            for _ in range(3):  # a code is good for half a minute, and the machine may be busy
                if (reply := self._with_code(secret)).is_redirect:
                    break
        return reply

    def _with_code(self, secret: str) -> httpx.Response:
        form = filled_in(self.get("/accounts/2fa/authenticate/").text)
        form["code"] = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
        return self.post("/accounts/2fa/authenticate/", data=form, headers={"Referer": f"https://{HOST}/"})


def filled_in(page: str) -> dict[str, Any]:
    """The values of the page's largest form, as a browser would send them untouched."""
    forms = BeautifulSoup(page, "html.parser").find_all("form", method=re.compile("post", re.IGNORECASE))
    form = max(forms, key=lambda each: len(each.find_all(["input", "select", "textarea"])))
    values: dict[str, Any] = {}
    for field in form.find_all(["input", "select", "textarea"]):
        name, kind = field.get("name"), field.get("type", "")
        if (
            not name
            or kind in ("submit", "file", "button")
            or (kind in ("checkbox", "radio") and not field.has_attr("checked"))
        ):
            continue
        if field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            values[name] = chosen.get("value", "") if chosen else ""  # type: ignore[index]
        elif field.name == "textarea":
            values[name] = field.text.removeprefix("\n")  # type: ignore[index]
        else:
            values[name] = field.get("value", "on" if kind == "checkbox" else "")  # type: ignore[index]
    return values
