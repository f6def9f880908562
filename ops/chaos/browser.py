"""A person's browser: cookies, forms, and patience with a portal that is down."""

import re
import time
from collections.abc import Callable
from threading import Event
from typing import Any, Final, TypeVar

import httpx

Answer = TypeVar("Answer")
ANSWERS_WITHIN: Final = 15.0  # seconds
PAUSE: Final = 0.3


class Over(Exception):
    """The load's time is over."""


class NoAnswer(Exception):
    """The connection broke, or the portal said that it cannot (5xx)."""


class Browser:
    """`get` and `post` try again until the portal answers; raises Over when `over` is set meanwhile."""

    def __init__(self, portal: str, over: Event, cookies: httpx.Cookies | None = None) -> None:
        self.over = over
        self._client = httpx.Client(base_url=portal, timeout=ANSWERS_WITHIN, trust_env=False, cookies=cookies)

    @property
    def cookies(self) -> httpx.Cookies:
        """What the portal knows the person by."""
        return self._client.cookies

    def sign_in(self, email: str, password: str) -> None:
        """Through the form."""
        self.get("/accounts/login/")
        while "sessionid" not in self._client.cookies:
            self.post("/accounts/login/", login=email, password=password)
            self.wait(PAUSE)

    def get(self, path: str) -> httpx.Response:
        """The page."""
        return self.insist(lambda: self._client.get(path))

    def post(self, path: str, **form: Any) -> httpx.Response:
        """Send a form; what is sent again after a broken connection is the same form."""
        return self.insist(lambda: self._client.post(path, data={**form, "csrfmiddlewaretoken": self._csrf()}))

    def _csrf(self) -> str:
        return str(self._client.cookies.get("csrftoken", ""))

    def insist(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        """Ask until there is an answer below 500."""
        while True:
            if self.over.is_set():
                raise Over
            try:
                return answered(ask)
            except NoAnswer:
                self.wait(PAUSE)

    def wait(self, seconds: float) -> None:
        """Pause. Raises Over."""
        if self.over.wait(seconds):
            raise Over

    def wait_until(self, done: Callable[[], bool], seconds: float) -> bool:
        """Look every moment, at most for `seconds`. Raises Over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if done():
                return True
            self.wait(PAUSE)
        return False


def answered(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """One try. Raises NoAnswer."""
    try:
        reply = ask()
    except httpx.TransportError as error:
        raise NoAnswer(type(error).__name__) from error
    if reply.status_code >= 500:
        raise NoAnswer(str(reply.status_code))
    return reply


def found_in(page: httpx.Response, pattern: str) -> str:
    """The first group of `pattern` in the page, or nothing."""
    match = re.search(pattern, page.text)
    return match[1] if match else ""
