"""A run is kept, and told beside the one before it."""

import json
from pathlib import Path

import pytest

from ops.load import report
from ops.load.options import Options
from ops.load.verdict import Line

OPTIONS = Options("http://127.0.0.1:8000", "60s", 10, 2, ("booking",), ("portal",), {}, Path(), 1)


def line(value: float | None, at_most: float | None = 300) -> Line:
    return Line("booking", "deposit_page p(95)", value, at_most, "ms")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    for name, value in (("20260101T000000Z", 100.0), ("20260102T000000Z", 200.0)):
        (tmp_path / name).mkdir()
        report.keep(tmp_path / name, OPTIONS, [line(value)], [])
    return tmp_path


def test_the_run_before_is_the_latest_before_this_one(kept: Path) -> None:
    assert report.before(kept / "20260103T000000Z") == {"booking deposit_page p(95)": 200.0}
    assert report.before(kept / "20260102T000000Z") == {"booking deposit_page p(95)": 100.0}
    assert report.before(kept / "20260101T000000Z") == {}


def test_the_change_is_told_in_percent() -> None:
    (row,) = report.rows([line(250.0)], {"booking deposit_page p(95)": 200.0})
    assert row == ("booking", "deposit_page p(95)", "250 ms", "200 ms", "+25 %", "300 ms", "met")


@pytest.mark.parametrize(
    ("of", "cells"),
    [
        (line(1234.0), ("1,234 ms", "", "", "300 ms", "FAILED")),
        (line(None), ("no samples", "", "", "300 ms", "FAILED")),
        (line(12.3456, None), ("12.3 ms", "", "", "", "")),
    ],
)
def test_a_first_run_has_nothing_to_be_compared_with(of: Line, cells: tuple[str, ...]) -> None:
    assert report.rows([of], {})[0][2:] == cells


def test_the_page_names_the_problems_and_leads_to_the_reports_of_k6(tmp_path: Path) -> None:
    (tmp_path / "booking.html").touch()
    report.keep(tmp_path, OPTIONS, [line(400.0)], ["booking: <slow>"])
    page = (tmp_path / "index.html").read_text()
    assert "<li>booking: &lt;slow&gt;</li>" in page
    assert '<a href="booking.html">booking</a>' in page
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["problems"] == ["booking: <slow>"]
    assert summary["figures"][0]["value"] == 400.0
