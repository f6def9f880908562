"""What the local CDN keeps, what it asks the origin, and that ranges are exact."""

import gzip
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.unit.ops.cdn.origin import Origin, Stored
from tests.unit.ops.cdn.running import Cdn

MIB = 1024 * 1024
VIDEO = random.Random(5).randbytes(2 * MIB + 345_678)


@pytest.fixture(scope="module")
def video(origin: Origin) -> str:
    origin.objects["/media/public/clip.mp4"] = Stored(VIDEO)
    return "/media/public/clip.mp4"


def test_a_zipf_replay_misses_each_object_once(cdn: Cdn, origin: Origin) -> None:
    paths = [f"/media/public/images/{rank}.avif" for rank in range(1, 301)]
    for path in paths:
        origin.objects[path] = Stored(path.encode() * 50)
    weights = [1 / rank for rank in range(1, 301)]
    replay = random.Random(11).choices(paths, weights, k=3000)
    connection = cdn.connect()
    results: Counter[str | None] = Counter()

    for path in replay:
        connection.request("GET", path)
        response = connection.getresponse()
        assert response.read() == origin.objects[path].content
        results[response.getheader("X-Cache")] += 1
    connection.close()

    unique = len(set(replay))
    assert results["HIT"] / len(replay) >= 0.99 * (1 - unique / len(replay))
    assert results == {"HIT": len(replay) - unique, "MISS": unique}
    assert all(len(origin.ranges_of(path)) == 1 for path in set(replay))


def test_a_hundred_viewers_of_one_new_video_cost_the_origin_one_request_a_slice(cdn: Cdn, origin: Origin) -> None:
    origin.objects["/media/public/premiere.mp4"] = Stored(VIDEO, delay=0.3)

    with ThreadPoolExecutor(100) as viewers:
        answers = list(viewers.map(cdn.get, ["/media/public/premiere.mp4"] * 100))

    assert {answer.status for answer in answers} == {200}
    assert all(answer.body == VIDEO for answer in answers)
    assert Counter(origin.ranges_of("/media/public/premiere.mp4")) == {
        "bytes=0-1048575": 1,
        "bytes=1048576-2097151": 1,
        "bytes=2097152-3145727": 1,
    }


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=1048000-1049000", 1_048_000, 1_049_000),
        ("bytes=1048576-2097151", MIB, 2 * MIB - 1),
        ("bytes=2000000-", 2_000_000, len(VIDEO) - 1),
        ("bytes=-500", len(VIDEO) - 500, len(VIDEO) - 1),
        ("bytes=2400000-99999999", 2_400_000, len(VIDEO) - 1),
    ],
)
def test_a_range_is_exact(cdn: Cdn, video: str, asked: str, first: int, last: int) -> None:
    answer = cdn.get(video, Range=asked, Accept_Encoding="gzip")

    assert answer.status == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(VIDEO)}"
    assert answer.headers["content-length"] == str(last - first + 1)
    assert "content-encoding" not in answer.headers
    assert answer.body == VIDEO[first : last + 1]


def test_a_range_past_the_end_is_416(cdn: Cdn, video: str) -> None:
    answer = cdn.get(video, Range="bytes=99999999-")

    assert answer.status == 416
    assert answer.headers["content-range"] == f"bytes */{len(VIDEO)}"


def test_a_range_fetches_only_the_slices_it_touches(cdn: Cdn, origin: Origin) -> None:
    origin.objects["/media/public/long.mp4"] = Stored(VIDEO)

    cdn.get("/media/public/long.mp4", Range="bytes=1500000-1500099")

    assert origin.ranges_of("/media/public/long.mp4") == ["bytes=1048576-2097151"]


@pytest.mark.parametrize("kept_out", ["no-store", "private, max-age=60", "no-cache"])
def test_what_the_origin_forbids_to_keep_is_asked_again(cdn: Cdn, origin: Origin, kept_out: str) -> None:
    path = f"/media/public/fresh-{kept_out[:8]}.jpg"
    origin.objects[path] = Stored(b"now", {"Cache-Control": kept_out})

    answers = [cdn.get(path), cdn.get(path)]

    assert [answer.headers["x-cache"] for answer in answers] == ["MISS", "MISS"]
    assert answers[0].headers["cache-control"] == kept_out
    assert len(origin.ranges_of(path)) == 2


def test_a_missing_object_is_remembered_briefly(cdn: Cdn, origin: Origin) -> None:
    answers = [cdn.get("/media/public/missing.jpg"), cdn.get("/media/public/missing.jpg")]

    assert [(answer.status, answer.headers["x-cache"]) for answer in answers] == [(404, "MISS"), (404, "HIT")]
    assert len(origin.ranges_of("/media/public/missing.jpg")) == 1


def test_static_files_are_kept_and_text_is_compressed(cdn: Cdn, origin: Origin) -> None:
    sheet = b"body { color: rebeccapurple }\n" * 200
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Type": "text/css", "Vary": "Cookie"}
    origin.objects["/static/portal.1a2b3c.css"] = Stored(sheet, headers)

    first = cdn.get("/static/portal.1a2b3c.css")
    second = cdn.get("/static/portal.1a2b3c.css", Accept_Encoding="gzip", Cookie="session=1")

    assert (first.headers["x-cache"], second.headers["x-cache"]) == ("MISS", "HIT")
    assert first.body == sheet
    assert second.headers["content-encoding"] == "gzip"
    assert gzip.decompress(second.body) == sheet
    assert second.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert second.headers["vary"] == "Accept-Encoding"


def test_a_query_string_neither_splits_the_cache_nor_reaches_the_origin(cdn: Cdn, origin: Origin) -> None:
    origin.objects["/media/public/one.jpg"] = Stored(b"one")

    answers = [cdn.get("/media/public/one.jpg?a=1"), cdn.get("/media/public/one.jpg?b=2")]

    assert [answer.headers["x-cache"] for answer in answers] == ["MISS", "HIT"]
    assert len(origin.ranges_of("/media/public/one.jpg")) == 1


def test_a_name_with_spaces_and_accents_arrives_as_it_was_asked(cdn: Cdn, origin: Origin) -> None:
    origin.objects["/media/public/caf%C3%A9%20one.jpg"] = Stored(b"cup")

    assert cdn.get("/media/public/caf%C3%A9%20one.jpg").body == b"cup"


def test_the_origin_learns_nothing_about_the_viewer(cdn: Cdn, origin: Origin) -> None:
    origin.objects["/media/public/quiet.jpg"] = Stored(b"quiet")

    cdn.get("/media/public/quiet.jpg", Cookie="session=1", Authorization="Basic eA==", Accept_Encoding="gzip")

    (asked,) = [asked for asked in origin.asked if asked.path == "/media/public/quiet.jpg"]
    assert {"Cookie", "Authorization", "Accept-Encoding"}.isdisjoint(asked.headers)


@pytest.mark.parametrize(
    "path",
    ["/", "/admin/", "/media/", "/media/public/original_images/me.jpg", "/media/public/documents/rota.pdf",
     "/media/public/wagtail_uploads/me.jpg", "/media/other/a"],
)  # fmt: skip
def test_only_the_cdns_own_paths_are_served(cdn: Cdn, origin: Origin, path: str) -> None:
    origin.objects[path] = Stored(b"secret")

    assert cdn.get(path).status == 404
    assert origin.ranges_of(path) == []


def test_only_reading_is_allowed(cdn: Cdn, video: str) -> None:
    assert cdn.get(video, method="POST").status == 405
    head = cdn.get(video, method="HEAD")
    assert (head.status, head.headers["content-length"], head.body) == (200, str(len(VIDEO)), b"")


def test_other_origins_pages_may_read_captions(cdn: Cdn, origin: Origin) -> None:
    origin.objects["/media/public/clip.vtt"] = Stored(b"WEBVTT\n", {"Access-Control-Allow-Origin": "https://x.test"})

    answer = cdn.get("/media/public/clip.vtt", Origin="http://127.0.0.1:8000")

    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"
