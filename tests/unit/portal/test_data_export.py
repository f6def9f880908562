"""The page beside data.json says dates, amounts and answers as people do, and loses nothing."""

import json
from io import BytesIO
from zipfile import ZipFile

from portal.caregivers.data_export import Section, as_zip, sections

DATA = {
    "bookings": [
        {
            "reference": "7K3M-9QX2-W4TD",
            "for": "<b>Siobhán</b> O’Brien-Nuñez",
            "price": 4500,
            "currency": "GBP",
            "made": "2026-10-24T23:30:00+00:00",
            "notes": "",
            "feedback": {"rating": 4, "would_book_again": True},
        },
        {"reference": "李小龍", "price": 500, "currency": "JPY", "notes": "2026-13-99T99:99 is what they typed"},
    ],
    "something_new": {"codes": ["a", "b"]},
}


def test_it_reads_like_a_letter_not_like_a_program() -> None:
    assert sections(DATA) == [
        Section(
            "Your bookings",
            [
                [
                    ("Reference", "7K3M-9QX2-W4TD"),
                    ("For", "<b>Siobhán</b> O’Brien-Nuñez"),
                    ("Price", "£45.00"),
                    ("Currency", "GBP"),
                    ("Made", "25 October 2026, 12:30am"),
                    ("Feedback, rating", "4"),
                    ("Feedback, would book again", "Yes"),
                ],
                [
                    ("Reference", "李小龍"),
                    ("Price", "JP¥500"),
                    ("Currency", "JPY"),
                    ("Notes", "2026-13-99T99:99 is what they typed"),
                ],
            ],
        ),
        Section("Something new", [[("Codes 1", "a"), ("Codes 2", "b")]]),
    ]


def test_the_zip_has_the_page_and_the_same_data_for_programs() -> None:
    with ZipFile(BytesIO(as_zip(DATA))) as archive:
        page = archive.read("your-data.html").decode()
        assert json.loads(archive.read("data.json")) == DATA
    assert "&lt;b&gt;Siobhán&lt;/b&gt; O’Brien-Nuñez" in page
    assert page.count("<h2") == 2
