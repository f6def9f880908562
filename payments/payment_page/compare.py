"""What of a received payment page is not as approved."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static

from payments.enums import PageDifference
from payments.payment_page.approved import SCRIPTS, Script, expected_headers, expected_policy, policy_of
from payments.payment_page.fetch import Fetched, NotFetched

_RUNS: Final = frozenset({"iframe", "frame", "object", "embed", "base", "portal"})
_LOADS_AHEAD: Final = frozenset({"script", "worker"})


@dataclass(frozen=True, slots=True)
class Difference:
    """`what` names a header, an address or a hash; never the page's text."""

    kind: PageDifference
    what: str


def differences(address: str, page: Fetched, fetch: Callable[[str], Fetched]) -> list[Difference]:
    """All of them; `fetch` reads our own scripts. Empty when the page is as approved."""
    if page.status != 200:
        return [Difference(PageDifference.FETCH, f"status {page.status}")]
    return [*_headers(page), *_scripts(address, page, fetch)]


def _headers(page: Fetched) -> Iterator[Difference]:
    for name, value in expected_headers().items():
        if page.headers.get(name) != value:
            yield Difference(PageDifference.HEADER, name)
    if "no-store" not in page.headers.get("cache-control", ""):
        yield Difference(PageDifference.HEADER, "cache-control")
    policy, expected = policy_of(page.headers.get("content-security-policy", "")), expected_policy()
    for directive in sorted(policy.keys() | expected.keys()):
        if policy.get(directive) != expected.get(directive):
            yield Difference(PageDifference.HEADER, f"content-security-policy: {directive}")


def _scripts(address: str, page: Fetched, fetch: Callable[[str], Fetched]) -> Iterator[Difference]:
    parser = _Runnable(address)
    parser.feed(page.body.decode("utf-8", "replace"))
    parser.close()
    approved = {_address(script): script for script in SCRIPTS}
    for unknown in sorted(parser.addresses - approved.keys()):
        yield Difference(PageDifference.SCRIPT, unknown.partition("?")[0][:200])
    for missing in sorted(approved.keys() - parser.addresses):
        yield Difference(PageDifference.MISSING, approved[missing].name)
    for inline in parser.inline:
        yield Difference(PageDifference.INLINE, inline[:200])
    for known in sorted(approved.keys() & parser.addresses):
        if approved[known].static_name and not _is_ours(approved[known], known, fetch):
            yield Difference(PageDifference.CONTENT, approved[known].name)


def _address(script: Script) -> str:
    """Where the page loads it from."""
    if not script.static_name:
        return str(settings.STRIPE_JS_URL)
    return urljoin(f"{settings.BASE_URL}/", static(script.static_name))


def _is_ours(script: Script, address: str, fetch: Callable[[str], Fetched]) -> bool:
    try:
        received = fetch(address)
    except NotFetched:
        return False
    return received.status == 200 and digest(received.body) == digest(released(script.static_name))


def released(static_name: str) -> bytes:
    """A static file as the release has it: collected and named by the manifest, or in its app while developing."""
    manifest = getattr(staticfiles_storage, "stored_name", None)
    if manifest and not settings.DEBUG:
        name = manifest(static_name)
        if staticfiles_storage.exists(name):
            with staticfiles_storage.open(name) as stored:
                content: bytes = stored.read()
                return content
    file = finders.find(static_name)
    if not isinstance(file, str):
        raise FileNotFoundError(static_name)
    with open(file, "rb") as source:
        return source.read()


def digest(content: bytes) -> str:
    """As browsers write it in `integrity`, but in hexadecimal."""
    return f"sha256-{hashlib.sha256(content).hexdigest()}"


class _Runnable(HTMLParser):
    """Collects everything on a page that runs, or says where something that runs comes from."""

    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self._page = address
        self._inline: list[str] | None = None
        self.addresses: set[str] = set()
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._take(tag, {name: value or "" for name, value in attrs})

    def _take(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "script":
            source = attributes.get("src") or attributes.get("href") or attributes.get("xlink:href")
            if source:
                self.addresses.add(urljoin(self._page, source))
            else:
                self._inline = []
        if tag in _RUNS:
            self.inline.append(f"<{tag}>")
        if tag == "link" and (attributes.get("as") in _LOADS_AHEAD or "modulepreload" in attributes.get("rel", "")):
            self.addresses.add(urljoin(self._page, attributes.get("href", "")))
        for name, value in attributes.items():
            if name.startswith("on") or name == "srcdoc":
                self.inline.append(f"{tag} {name} {digest(value.encode())}")
            elif "".join(value.split()).lower().startswith("javascript:"):
                self.inline.append(f"{tag} {name} javascript:")

    def handle_data(self, data: str) -> None:
        if self._inline is not None:
            self._inline.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._end_inline()

    def close(self) -> None:
        super().close()
        self._end_inline()

    def _end_inline(self) -> None:
        if self._inline is not None:
            self.inline.append(f"script {digest(''.join(self._inline).encode())}")
            self._inline = None
