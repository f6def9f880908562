"""Public pages are kept for strangers, and nothing of anybody is ever kept or given to somebody else."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import caches
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.test import RequestFactory
from pytest_django import Settings

from portal.common.page_cache import PageCacheMiddleware, forget_pages, share

Answer = Callable[[HttpRequest], HttpResponseBase]


class Page:
    """A page behind the cache; counts how often it is made."""

    def __init__(self, answer: Answer | None = None, *, shared: bool = True) -> None:
        self.made, self.shared = 0, shared
        self.answer = answer or (lambda _: HttpResponse(f"made {self.made}"))
        self.cache = PageCacheMiddleware(self._make)

    def _make(self, request: HttpRequest) -> HttpResponseBase:
        self.made += 1
        response = self.answer(request)
        if self.shared:
            share(request, response)
        return response

    def ask(
        self, address: str = "/", method: str = "get", cookies: dict[str, str] | None = None, **headers: str
    ) -> HttpResponse:
        request = getattr(RequestFactory(), method)(address, **headers)
        request.COOKIES.update(cookies or {})
        return self.cache(request)  # type: ignore[return-value]


def test_a_stranger_gets_what_was_made_for_another() -> None:
    page = Page()
    assert [page.ask().content for _ in range(3)] == [b"made 1"] * 3


def test_a_public_page_may_be_kept_by_others_who_ask_each_time() -> None:
    first, again = (lambda page: (page.ask(), page.ask()))(Page())
    assert first["Cache-Control"] == again["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert first["Vary"] == again["Vary"] == "Cookie"
    assert first["ETag"] == again["ETag"]


@pytest.mark.parametrize("cookie", ["sessionid", "messages"])
def test_a_visitor_with_a_session_or_a_message_neither_gets_nor_fills_it(cookie: str) -> None:
    page = Page()
    mine = page.ask(cookies={cookie: "x"})
    assert (mine.content, page.ask().content, page.ask(cookies={cookie: "x"}).content) == (
        b"made 1",
        b"made 2",
        b"made 3",
    )
    assert "private" in mine["Cache-Control"]
    assert "no-store" in mine["Cache-Control"]
    assert "public" not in mine["Cache-Control"]


def test_other_cookies_get_it_and_do_not_fill_it() -> None:
    page = Page()
    cookies = {"csrftoken": "x" * 32, "_somebody_elses": "1"}
    assert [page.ask(cookies=cookies).content, page.ask().content] == [b"made 1", b"made 2"]
    assert page.ask(cookies=cookies).content == b"made 2"


def with_a_token(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(get_token(request))
    response.set_cookie("csrftoken", request.META["CSRF_COOKIE"])  # as Django's middleware does for a new one
    return response


@pytest.mark.parametrize(
    "answer",
    [
        with_a_token,
        lambda _: HttpResponse("gone", status=404),
        lambda _: HttpResponse(status=302, headers={"Location": "/accounts/login/"}),
        lambda _: HttpResponse("broken", status=500),
        lambda _: StreamingHttpResponse([b"a", b"b"]),
    ],
    ids=["form", "404", "redirect", "500", "stream"],
)
def test_nothing_else_is_kept_even_when_it_calls_itself_public(answer: Answer) -> None:
    page = Page(answer)
    page.ask()
    page.ask()
    assert page.made == 2


def test_a_page_that_does_not_say_that_it_is_public_is_not_kept() -> None:
    page = Page(shared=False)
    page.ask()
    page.ask()
    assert page.made == 2


@pytest.mark.parametrize(("address", "method"), [("/?utm_source=x", "get"), ("/", "post"), ("/", "head")])
def test_queries_and_other_methods_pass_by(address: str, method: str) -> None:
    page = Page()
    page.ask()
    page.ask(address, method)
    page.ask(address, method)
    assert (page.made, page.ask().content) == (3, b"made 1")


def test_addresses_hosts_and_schemes_are_apart() -> None:
    page = Page()
    asked: list[tuple[str, dict[str, str]]] = [
        ("/", {}), ("/a/", {}), ("/", {"HTTP_HOST": "localhost"}), ("/", {"wsgi.url_scheme": "https"}),
    ]  # fmt: skip
    first = [page.ask(address, **headers).content for address, headers in asked]  # type: ignore[arg-type]
    again = [page.ask(address, **headers).content for address, headers in asked]  # type: ignore[arg-type]
    assert first == again == [b"made 1", b"made 2", b"made 3", b"made 4"]


def test_an_editors_preview_passes_by() -> None:
    page = Page()
    page.ask()
    request = RequestFactory().get("/")
    request.is_dummy = True  # type: ignore[attr-defined]  # as Wagtail makes it
    assert page.cache(request).content == b"made 2"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("tag", "status"), [("same", 304), ('"another"', 200)])
def test_who_has_it_already_is_told_so(tag: str, status: int) -> None:
    page = Page()
    etag = page.ask()["ETag"]
    answer = page.ask(HTTP_IF_NONE_MATCH=etag if tag == "same" else tag)
    assert (answer.status_code, answer["ETag"], page.made) == (status, etag, 1)


@pytest.fixture
def workers() -> Iterator[list[Page]]:
    """Two processes: each has its own pages, both have the shared cache."""
    pair = [Page(), Page()]
    pair[1].cache._pages = caches["local"]
    yield pair
    caches["local"].clear()


def test_a_change_is_seen_on_every_worker(workers: list[Page]) -> None:
    for worker in workers:
        assert [worker.ask().content, worker.ask().content] == [b"made 1"] * 2
    forget_pages()
    for worker in workers:
        assert [worker.ask().content, worker.ask().content] == [b"made 2"] * 2


def test_a_page_made_while_something_changed_is_not_kept_for_those_who_come_after() -> None:
    page = Page(lambda _: (forget_pages(), HttpResponse("old"))[1])
    page.ask()
    page.answer = lambda _: HttpResponse("new")
    assert page.ask().content == b"new"


def test_a_process_asks_for_the_version_four_times_a_second_at_most(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PAGE_CACHE_RECHECK_SECONDS = 0.25
    page, seconds = Page(), [1000.0]
    monkeypatch.setattr("portal.common.page_cache.time.monotonic", lambda: seconds[0])
    monkeypatch.setattr("portal.common.page_cache._version._read_again_at", 0.0)
    page.ask()
    forget_pages()
    assert page.ask().content == b"made 1"
    seconds[0] += 0.26
    assert page.ask().content == b"made 2"


def test_a_lost_version_only_empties_the_cache() -> None:
    page = Page()
    page.ask()
    caches["shared"].clear()
    caches["pages"].clear()
    assert [page.ask().content, page.ask().content] == [b"made 2"] * 2


def test_without_a_database_the_page_answers_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object, **__: object) -> None:
        raise OperationalError("the database does not answer")

    monkeypatch.setattr(type(caches["shared"]), "get_or_set", down)
    page = Page()
    assert [page.ask("/readyz/").content for _ in range(2)] == [b"made 1", b"made 2"]
