"""Media that lie in a folder of this machine: the CDN reads them there, by the same rules."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.signers import CloudFrontSigner

from tests.unit.ops.cdn.origin import Origin, Stored
from tests.unit.ops.cdn.running import Cdn, started

FILM = bytes(range(256)) * 6000  # one slice and a half


@pytest.fixture(scope="module")
def cdn(nginx: None, origin: Origin, public_key: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cdn]:
    folder = tmp_path_factory.mktemp("media")
    closed = ("public/original_images/me.jpg", "public/documents/rota.pdf", "public/wagtail_uploads/me.jpg", "key.pem")
    for name in ("public/film.mp4", "signed/film.mp4", "public/guide.pdf", *closed):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(FILM)
    run_dir = tmp_path_factory.mktemp("cdn")
    with started(origin=origin.url, run_dir=run_dir, public_key=public_key, media_folder=folder) as running:
        yield running


def test_a_film_is_read_from_the_folder_in_ranges_and_kept(cdn: Cdn, origin: Origin) -> None:
    first = cdn.get("/media/public/film.mp4", Range="bytes=1048000-1049000")
    second = cdn.get("/media/public/film.mp4", Range="bytes=1048000-1049000")
    assert (first.status, first.body, first.headers["content-type"]) == (206, FILM[1048000:1049001], "video/mp4")
    assert [answer.headers["x-cache"] for answer in (first, second)] == ["MISS", "HIT"]
    assert first.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert origin.asked == []


def test_a_document_is_kept_a_day(cdn: Cdn) -> None:
    answer = cdn.get("/media/public/guide.pdf")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "public, max-age=86400"


def test_restricted_media_still_need_a_signature(cdn: Cdn, signer: CloudFrontSigner) -> None:
    until = datetime.now(UTC) + timedelta(minutes=5)
    address = signer.generate_presigned_url(f"{cdn.url}/media/signed/film.mp4", date_less_than=until)
    assert cdn.get("/media/signed/film.mp4").status == 403
    assert cdn.get(address).body == FILM


@pytest.mark.parametrize(
    "path",
    ["/media/public/none.mp4", "/media/key.pem", "/media/public/../key.pem", "/media/public/original_images/me.jpg",
     "/media/public/documents/rota.pdf", "/media/public/wagtail_uploads/me.jpg"],
)  # fmt: skip
def test_nothing_else_of_the_folder_is_served(cdn: Cdn, path: str) -> None:
    assert cdn.get(path).status == 404


def test_static_files_still_come_from_the_origin(cdn: Cdn, origin: Origin) -> None:
    origin.objects["/static/portal.css"] = Stored(b"body {}")
    assert cdn.get("/static/portal.css").body == b"body {}"
