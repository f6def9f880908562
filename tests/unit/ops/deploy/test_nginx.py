"""The nginx configuration of production, on this machine, in front of a stand-in that tells what reaches it."""

import json
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from http.client import HTTPSConnection
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from ops.deploy.nginx import Site, rendered
from ops.deploy.nginx.site import BROTLI, DAY, FOREVER, UPLOADS
from ops.stack.program import free_port, until
from ops.stack.proxy import Proxy
from portal.media_library import storage
from tests.services import ROOT
from tests.unit.ops.deploy.echo import DJANGOS, echo

HASHED = "static/portal/css/portal.0123456789ab.css"
FONT = "static/portal/fonts/text.woff2"
FILES = {
    FONT: "font",
    HASHED: "body{}",
    f"{HASHED}.gz": "gzipped",
    f"{HASHED}.br": "brotli",
    "static/portal/css/portal.css": "body{}",
    "media/public/images/tea.avif": "picture",
    "media/public/guide.pdf": "document",
    "media/public/original_images/holiday.jpg": "with a place in it",
    "media/public/documents/holiday.jpg": "of a private collection",
    "media/public/wagtail_uploads/holiday.jpg": "waits for its title",
    "media/signed/film.mp4": "restricted",
}


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("var")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def proxy(var: Path) -> Iterator[Proxy]:
    with echo() as port:
        running = Proxy(var, port=port)
        running.start()
        yield running
        running.stop()


@pytest.fixture(scope="module")
def client(proxy: Proxy) -> Iterator[httpx.Client]:
    trusting = ssl.create_default_context(cafile=str(proxy.certificate))
    with httpx.Client(base_url=proxy.url, verify=trusting) as client:
        yield client


def received(reply: httpx.Response) -> dict[str, str]:
    """The headers that reached the application, by lower-case name."""
    return {name.lower(): value for name, value in reply.json()["headers"]}


def test_nginx_takes_it_without_a_warning(proxy: Proxy) -> None:
    done = subprocess.run(proxy.command("-t"), capture_output=True, text=True)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "[" in line]) == (0, [])


def test_http_is_sent_to_https_with_its_path(proxy: Proxy) -> None:
    reply = httpx.get(f"http://127.0.0.1:{proxy.http_port}/book/?service=1", headers={"Host": "evil.example"})
    assert (reply.status_code, reply.headers["Location"]) == (301, f"{proxy.url}/book/?service=1")


@pytest.mark.parametrize("path", ["/stripe/webhook/8c1f0a52-0000-4000-8000-000000000000/", "/metrics"])
def test_a_program_without_tls_is_refused_and_not_redirected(proxy: Proxy, path: str) -> None:
    assert httpx.get(f"http://127.0.0.1:{proxy.http_port}{path}").status_code == 403


@pytest.mark.parametrize(("version", "taken"), [("TLSv1_1", False), ("TLSv1_2", True), ("TLSv1_3", True)])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_only_tls_of_today_is_spoken(proxy: Proxy, version: str, taken: bool) -> None:
    context = ssl.create_default_context(cafile=str(proxy.certificate))
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    try:
        with socket.create_connection(("127.0.0.1", proxy.https_port)) as plain:
            context.wrap_socket(plain, server_hostname="localhost").close()
        spoken = True
    except (ssl.SSLError, ConnectionResetError):
        spoken = False
    assert spoken is taken


def test_http_2_is_offered(proxy: Proxy) -> None:
    context = ssl.create_default_context(cafile=str(proxy.certificate))
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", proxy.https_port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        assert secured.selected_alpn_protocol() == "h2"


def test_the_application_hears_only_what_nginx_saw(client: httpx.Client, proxy: Proxy) -> None:
    lies = {
        "X-Forwarded-Proto": "http", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=evil", "X-Real-IP": "203.0.113.9", "X-Request-ID": "mine", "Proxy": "evil.example:80",
    }  # fmt: skip
    reply = client.get("/dashboard/", headers=lies)
    seen = received(reply)
    assert seen["host"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "https"
    assert seen["x-forwarded-for"] == "203.0.113.9, 127.0.0.1"  # Django believes the last one alone
    assert seen["x-request-id"] == reply.headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", seen["x-request-id"])
    assert {"x-forwarded-host", "forwarded", "x-real-ip", "proxy"} & set(seen) == set()


def test_what_django_sets_is_not_set_twice(client: httpx.Client) -> None:
    headers = client.get("/").headers
    assert {name: headers.get_list(name) for name in DJANGOS} == {name: [value] for name, value in DJANGOS.items()}


def test_a_refusal_of_the_portal_passes_as_it_is(client: httpx.Client) -> None:
    reply = client.get("/readyz/")
    assert (reply.status_code, reply.json()["path"]) == (503, "/readyz/")


def test_pages_are_compressed(client: httpx.Client) -> None:
    assert client.get("/", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("path", "cache"),
    [
        (HASHED, FOREVER),
        ("static/portal/css/portal.css", "public, max-age=60"),
        ("media/public/images/tea.avif", FOREVER),
        ("media/public/guide.pdf", DAY),
    ],
)
def test_files_come_from_disk_with_their_caching(client: httpx.Client, path: str, cache: str) -> None:
    reply = client.get(f"/{path}", headers={"Accept-Encoding": "identity"})
    assert (reply.status_code, reply.text) == (200, FILES[path])
    names = ("Cache-Control", "X-Content-Type-Options")
    assert [reply.headers.get_list(name) for name in names] == [[cache], ["nosniff"]]


def test_caching_is_what_the_application_says() -> None:
    assert (FOREVER, DAY) == (storage.FOREVER, storage.DAY)


@pytest.mark.parametrize("encoding", ["gzip", *(["br"] if BROTLI.exists() else [])])
def test_static_files_are_sent_as_they_were_compressed_once(proxy: Proxy, client: httpx.Client, encoding: str) -> None:
    with client.stream("GET", f"/{HASHED}", headers={"Accept-Encoding": encoding}) as reply:
        suffix = {"gzip": "gz", "br": "br"}[encoding]
        body = b"".join(reply.iter_raw())
        assert (reply.headers["Content-Encoding"], body) == (encoding, FILES[f"{HASHED}.{suffix}"].encode())


def test_a_picture_opened_by_itself_runs_no_script(client: httpx.Client) -> None:
    policy = client.get("/media/public/images/tea.avif").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "script-src" not in policy


def test_a_byte_range_of_a_film_is_answered(client: httpx.Client) -> None:
    reply = client.get("/media/public/images/tea.avif", headers={"Range": "bytes=2-4"})
    assert (reply.status_code, reply.text) == (206, "ctu")


def asked_as_is(proxy: Proxy, path: str) -> tuple[int, bytes]:
    """Status and body for `path` as it stands: httpx would take its dots out."""
    connection = HTTPSConnection(
        "127.0.0.1", proxy.https_port, context=ssl.create_default_context(cafile=str(proxy.certificate))
    )
    with closing(connection):
        connection.request("GET", path)
        reply = connection.getresponse()
        return reply.status, reply.read()


@pytest.mark.parametrize("way", ["", "./", "images/../", "%2e/", "/"])
@pytest.mark.parametrize("folder", ["original_images", "documents", "wagtail_uploads"])
def test_uploads_as_they_came_are_closed_however_they_are_asked_for(proxy: Proxy, folder: str, way: str) -> None:
    status, body = asked_as_is(proxy, f"/media/public/{way}{folder}/holiday.jpg")
    assert status == 404
    assert b"path" not in body  # nginx's own answer: the application was not asked


@pytest.mark.parametrize("path", ["/media/signed/film.mp4", "/media/public/not/there.avif", "/book/"])
def test_everything_else_is_the_applications(client: httpx.Client, path: str) -> None:
    assert client.get(path).json()["path"] == path


@pytest.mark.parametrize("path", ["/static/../portal.sqlite3", "/media/public/..%2f..%2fnginx/key.pem"])
def test_nothing_beside_static_and_media_can_be_read(client: httpx.Client, path: str) -> None:
    reply = client.get(path)
    assert "PRIVATE" not in reply.text
    assert reply.status_code in (400, 404) or "path" in reply.json()


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/book/", 1024 * 1024 + 1, 413),
        ("/stripe/webhook/x/", 256 * 1024 + 1, 413),
        ("/stripe/webhook/x/", 256 * 1024, 200),
        ("/csp-report/", 16 * 1024 + 1, 413),
        ("/admin/reports/", 1024 * 1024 + 1, 413),
        ("/admin/images/add/", 3 * 1024 * 1024, 413),
        ("/admin/images/add/", 900 * 1024, 200),
    ],
)
def test_bodies_have_a_largest_size(client: httpx.Client, path: str, size: int, status: int) -> None:
    reply = client.post(path, content=b"x" * size)
    assert reply.status_code == status
    assert status == 200 or "<h1>This is too large</h1>" in reply.text


@pytest.mark.parametrize(("session", "status"), [("staff", 200), ("made-up", 413)])
def test_only_staff_may_upload(client: httpx.Client, session: str, status: int) -> None:
    cookie = {"Cookie": f"session={session}"}
    reply = client.post("/admin/images/add/", content=b"x" * 3 * 1024 * 1024, headers=cookie)
    assert reply.status_code == status
    assert status == 200 or "<h1>This is too large</h1>" in reply.text


def test_a_strangers_upload_is_refused_before_its_body_comes(proxy: Proxy) -> None:
    context = ssl.create_default_context(cafile=str(proxy.certificate))
    with (
        socket.create_connection(("127.0.0.1", proxy.https_port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        secured.sendall(
            b"POST /admin/snippets/media_library/mediaitem/add/ HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Length: 209715200\r\n\r\n"
        )
        assert secured.recv(100).startswith(b"HTTP/1.1 413 ")


def test_the_question_for_staff_is_nobody_elses(client: httpx.Client) -> None:
    assert client.get("/may-upload/").status_code == 404


def test_the_limits_are_those_of_the_application() -> None:
    assert {path: size * 1024 * 1024 for path, size in UPLOADS.items()} == settings.STAFF_BODY_LIMITS
    text = rendered(Site(host="h", certificate=Path("/c"), certificate_key=Path("/k")))
    assert (settings.BODY_LIMIT, "\n  client_max_body_size 1m;" in text) == (1024 * 1024, True)
    for path, size in settings.BODY_LIMITS.items():
        assert f"location {path} {{\n    client_max_body_size {size // 1024}k;" in text


@pytest.mark.parametrize(
    ("address", "logged"),
    [
        ("/accounts/password/reset/key/4-secret/?next=/private/", "/accounts/password/reset/key/-"),
        ("/pay/secret/?next=/private/", "/pay/-"),
        ("/pay/return/secret/status.json", "/pay/return/-"),
    ],
)
def test_the_log_has_no_query_no_address_and_no_key_of_a_mailed_link(
    client: httpx.Client, proxy: Proxy, address: str, logged: str
) -> None:
    number = client.get(address).headers["X-Request-ID"]
    log = proxy.folder / "portal-access.log"
    until(lambda: number in log.read_text(), "the line of the request", 15)
    line = next(json.loads(line) for line in log.read_text().splitlines() if number in line)
    assert (line["path"], line["status"], line["method"]) == (logged, 200, "GET")
    assert not {"secret", "private", "127.0.0.1"} & set(re.findall(r"[\w.]+", json.dumps(line)))


def test_fonts_alone_are_shared_with_stripes_card_form(client: httpx.Client) -> None:
    shared = [
        client.get(f"/{path}").headers.get("Access-Control-Allow-Origin")
        for path in (FONT, "static/portal/css/portal.css")
    ]
    assert shared == ["*", None]


def test_the_error_log_names_no_key_of_a_mailed_link(var: Path) -> None:
    alone = Proxy(var, port=free_port(), name="nothing-behind")
    alone.start()
    trusting = ssl.create_default_context(cafile=str(alone.certificate))
    with httpx.Client(base_url=alone.url, verify=trusting) as client:
        answers = [client.get(path).status_code for path in ("/pay/secret/", "/accounts/invitation/secret/", "/else/")]
    log = alone.folder / "portal-error.log"
    until(lambda: "/else/" in log.read_text(), "the error of an address without a key", 15)
    alone.stop()
    assert (answers, "secret" in log.read_text()) == ([502] * 3, False)


def test_who_is_too_quick_is_told_so_and_stripe_is_not(var: Path) -> None:
    with echo() as port:
        limited = Proxy(var, port=port, requests=1, name="limited")
        limited.start()
        trusting = ssl.create_default_context(cafile=str(limited.certificate))
        with httpx.Client(base_url=limited.url, verify=trusting) as client:
            replies = [client.get("/") for _ in range(8)]
            webhooks = [client.post("/stripe/webhook/x/", content=b"{}").status_code for _ in range(8)]
        limited.stop()
    assert [reply.status_code for reply in replies[:5]] == [200] * 5
    assert replies[-1].status_code == 429
    assert (replies[-1].headers["Retry-After"], "A little too quick" in replies[-1].text) == ("30", True)
    assert webhooks == [200] * 8


def test_without_the_application_there_is_a_page_that_says_to_wait(var: Path) -> None:
    alone = Proxy(var, port=free_port(), name="alone")
    alone.start()
    reply = httpx.get(alone.url, verify=ssl.create_default_context(cafile=str(alone.certificate)))
    alone.stop()
    assert (reply.status_code, reply.headers["Retry-After"]) == (502, "30")
    assert "<h1>We’ll be back in a moment</h1>" in reply.text


def written(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "ops.deploy.nginx", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


NAMED = ["--host", "portal.example.org", "--certificate", "/etc/ssl/chain.pem", "--certificate-key", "/etc/ssl/key.pem"]


def test_the_command_writes_the_same_configuration() -> None:
    site = Site(
        host="portal.example.org", certificate=Path("/etc/ssl/chain.pem"), certificate_key=Path("/etc/ssl/key.pem")
    )
    done = written(*NAMED)
    assert (done.returncode, done.stdout) == (0, rendered(site))
    assert 'Strict-Transport-Security "max-age=31536000; includeSubDomains; preload"' in done.stdout
    assert "return 301 https://portal.example.org$request_uri;" in done.stdout


def test_behind_a_load_balancer_its_networks_are_trusted_for_the_address() -> None:
    text = written(*NAMED, "--behind", "10.0.0.0/16", "--behind", "10.1.0.0/16").stdout
    assert "set_real_ip_from 10.0.0.0/16; set_real_ip_from 10.1.0.0/16; real_ip_header X-Forwarded-For;" in text


def test_a_value_that_would_be_read_as_configuration_is_refused() -> None:
    done = written("--host", "a; return 200", *NAMED[2:])
    assert (done.returncode, "'a; return 200' cannot stand in an nginx configuration." in done.stderr) == (2, True)


def test_every_value_of_a_place_is_used_somewhere() -> None:
    site = Site(host="h", certificate=Path("/c"), certificate_key=Path("/k"))
    other = {"other_hosts": ("o",), "behind": ("10.0.0.0/8",), "address": "127.0.0.2"}
    for name, value in asdict(site).items():
        new = other.get(name) or (value + 1 if isinstance(value, int) else type(value)(f"{value}x"))
        assert rendered(replace(site, **{name: new})) != rendered(site), name  # type: ignore[arg-type]
