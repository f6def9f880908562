"""Names that people have, and names and times that break what is careless: each has to come through everywhere."""

from datetime import UTC, datetime
from typing import Final

NAMES: Final = (
    "Siobhán O’Brien-Nuñez",
    "Łukasz Żółkiewski",
    "Nguyễn Thị Ánh",
    "Олена Шевченко",
    "李小龍",
    "محمد الحسيني",
    "👵 Nana",
    "A" * 60,
    '=HYPERLINK("x")',
    "＝1+1",
    " Ann",
    "<b>Ann</b>",
    "{name}",
    "Ann\r\nBcc: x",
)

# From, to, the service's zone; the day and the times as they are said.
TIMES: Final = (
    (datetime(2027, 10, 30, 16, tzinfo=UTC), datetime(2027, 10, 31, 8, tzinfo=UTC), "Europe/London",
     "Saturday 30 October 2027", "5pm BST to 8am GMT on Sunday 31 October"),
    (datetime(2027, 10, 30, 16, tzinfo=UTC), datetime(2027, 11, 1, 16, tzinfo=UTC), "Europe/London",
     "Saturday 30 October 2027", "5pm BST to 4pm GMT on Monday 1 November"),
    (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), datetime(2027, 10, 31, 3, tzinfo=UTC), "Europe/London",
     "Sunday 31 October 2027", "1:30am to 3am (GMT)"),
    (datetime(2027, 1, 20, 18, tzinfo=UTC), datetime(2027, 1, 20, 21, tzinfo=UTC), "America/Los_Angeles",
     "Wednesday 20 January 2027", "10am to 1pm (PST)"),
    (datetime(2027, 1, 20, 4, 15, tzinfo=UTC), datetime(2027, 1, 20, 7, 15, tzinfo=UTC), "Asia/Kathmandu",
     "Wednesday 20 January 2027", "10am to 1pm (GMT+5:45)"),
    (datetime(2028, 2, 29, 10, tzinfo=UTC), datetime(2028, 2, 29, 13, tzinfo=UTC), "Europe/London",
     "Tuesday 29 February 2028", "10am to 1pm"),
    (datetime(2026, 12, 31, 17, tzinfo=UTC), datetime(2027, 1, 1, 8, tzinfo=UTC), "Europe/London",
     "Thursday 31 December 2026", "5pm to 8am on Friday 1 January 2027"),
    (datetime(2026, 11, 23, 18, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC), "Europe/London",
     "Monday 23 November 2026", "6pm to midnight"),
)  # fmt: skip
