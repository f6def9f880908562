"""Counting: atomic, by client, network and account; given back when right; swept when over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import Settings

from portal.accounts.models import User
from portal.common import clock
from portal.security import limits
from portal.security.limits import Rate
from portal.security.models import LimitCounter

pytestmark = pytest.mark.django_db


def request_from(address: str = "203.0.113.7", user: Any = None) -> HttpRequest:
    request = RequestFactory().post("/", REMOTE_ADDR=address)
    request.user = user or AnonymousUser()
    return request


def reached(action: str, address: str = "203.0.113.7", account: str = "") -> bool:
    return limits.count(action, request_from(address), account=account).reached


def test_a_line_of_limits_is_read() -> None:
    assert limits.rates("5/m/client, 20/10m/account+network,3/d/user") == (
        Rate(5, 60, "client"),
        Rate(20, 600, "account+network"),
        Rate(3, 86400, "user"),
    )


@pytest.mark.parametrize("text", ["", "5", "5/m", "5/m/ip", "m/5/client", "-1/m/client", "5/m/client;"])
def test_a_line_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no limit"):
        limits.rates(text)


def test_every_limit_of_the_settings_can_be_read(settings: Settings) -> None:
    assert {action: len(limits.rates(text)) for action, text in settings.LIMITS.items()} == {
        "sign_in": 6, "sign_in_code": 5, "book": 1, "pay": 1, "pay_link": 2, "playback": 1, "calendar": 2,
        "search": 2, "contact": 2,
    }  # fmt: skip


def test_the_third_of_two_is_too_many_until_the_time_is_over(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LIMITS = {"a": "2/m/client"}
    began = clock.now()
    times = [0, 59, 59, 61, 62, 63]
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(seconds=times.pop(0)))
    assert [reached("a") for _ in range(6)] == [False, False, True, False, False, True]
    assert LimitCounter.objects.get().tries == 3


@pytest.mark.parametrize(
    ("by", "first", "second", "same"),
    [
        ("client", "203.0.113.7", "203.0.113.8", False),
        ("client", "203.0.113.7", "::ffff:203.0.113.7", True),
        ("client", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),  # one customer's addresses
        ("client", "2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("network", "203.0.113.7", "203.0.113.8", True),
        ("network", "203.0.113.7", "203.0.114.7", False),
        ("network", "2001:db8:1:2::1", "2001:db8:1:3::1", True),
        ("network", "2001:db8:1:2::1", "2001:db8:2:2::1", False),
        ("account", "203.0.113.7", "198.51.100.1", True),
        ("account+client", "203.0.113.7", "203.0.113.8", False),
        ("account+network", "203.0.113.7", "203.0.113.8", True),
    ],
)
def test_who_is_counted_together(settings: Settings, by: str, first: str, second: str, same: bool) -> None:
    settings.LIMITS = {"a": f"1/m/{by}"}
    assert reached("a", first, "user 1") is False
    assert reached("a", second, "user 1") is same


def test_each_person_has_a_count_of_their_own(settings: Settings) -> None:
    settings.LIMITS = {"a": "1/m/user"}
    found = [limits.count("a", request_from(user=User(pk=pk))).reached for pk in (1, 2, 1)]
    assert found == [False, False, True]


def test_one_limit_reached_is_enough_and_the_others_count_on(settings: Settings) -> None:
    settings.LIMITS = {"a": "1/m/client,5/m/account"}
    assert [reached("a", account="user 1") for _ in range(2)] == [False, True]
    assert sorted(LimitCounter.objects.values_list("tries", flat=True)) == [2, 2]


def test_what_was_right_is_given_back(settings: Settings) -> None:
    settings.LIMITS = {"a": "1/m/client,1/m/account"}
    for _ in range(3):
        tries = limits.count("a", request_from(), account="user 1")
        assert tries.reached is False
        tries.give_back()
    assert reached("a", account="user 1") is False
    assert reached("a", account="user 1") is True


def test_forgetting_leaves_what_counts_the_client(settings: Settings) -> None:
    settings.LIMITS = {"a": "9/m/client,1/m/account,1/m/account+client"}
    reached("a", account="user 1")
    limits.forget("a", request_from(), account="user 1")
    assert list(LimitCounter.objects.values_list("tries", flat=True)) == [1]
    assert reached("a", account="user 1") is False


def test_the_table_names_nobody(settings: Settings) -> None:
    settings.LIMITS = {"a": "1/m/client,1/m/account"}
    reached("a", account="address mara@example.com")
    kept = " ".join(LimitCounter.objects.values_list("key", flat=True))
    assert "mara" not in kept
    assert "203.0" not in kept


def test_counting_is_one_statement(settings: Settings, django_assert_num_queries: Callable[[int], Any]) -> None:
    with django_assert_num_queries(1):
        reached("sign_in", account="user 1")


def test_the_sweep_takes_what_is_over_in_batches(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SWEEP_BATCH", 2)
    now = clock.now()
    over = [LimitCounter(key=f"{n}", tries=1, expires_at=now - timedelta(seconds=n)) for n in range(5)]
    LimitCounter.objects.bulk_create([*over, LimitCounter(key="runs", tries=1, expires_at=now + timedelta(hours=1))])
    assert limits.sweep() == 5
    assert LimitCounter.objects.get().key == "runs"
    assert limits.sweep() == 0
