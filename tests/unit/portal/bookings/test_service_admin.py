"""Coordinators type money as people write it; what Stripe would refuse is refused on the form."""

import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from portal.audit.models import AuditEvent
from portal.bookings.models import CancellationWindow, Service, Session
from tests.factories import BookingFactory, ServiceFactory, SessionFactory
from tests.unit.portal.bookings.service_form import SERVICES, typed

pytestmark = pytest.mark.django_db


def refusals(page: str) -> list[str]:
    """The sentences beside the fields."""
    return [
        re.sub("<[^>]+>", "", found).strip() for found in re.findall(r'<p class="error-message">(.*?)</p>', page, re.S)
    ]


@pytest.mark.parametrize(
    ("currency", "price", "deposit", "kept"),
    [
        ("GBP", "45.00", "15", (4500, 1500)),
        ("GBP", "45.5", "0.30", (4550, 30)),
        ("JPY", "4500", "500", (4500, 500)),
        ("KWD", "45.000", "1.230", (45000, 1230)),
        ("ISK", "4500", "500.00", (450000, 50000)),
        ("GBP", "45.00", "0", (4500, 0)),
    ],
)
def test_amounts_are_typed_in_major_units(
    coordinator: Client, currency: str, price: str, deposit: str, kept: tuple[int, int]
) -> None:
    form = typed(currency=currency, price_amount=price, deposit_value=deposit)
    response = coordinator.post(f"{SERVICES}/add/", form)
    assert response.status_code == 302, refusals(response.content.decode())
    service = Service.objects.get()
    assert (service.price_amount, service.deposit_amount) == kept


@pytest.mark.parametrize(("percentage", "kept"), [("25", 2500), ("12.5", 1250), ("33.33", 3333), ("100", 10000)])
def test_a_deposit_by_percentage_is_typed_as_one(coordinator: Client, percentage: str, kept: int) -> None:
    form = typed(deposit_kind="percentage", deposit_value=percentage)
    assert coordinator.post(f"{SERVICES}/add/", form).status_code == 302
    assert Service.objects.get().deposit_value == kept


@pytest.mark.parametrize(("typed_rate", "kept"), [("20", 2000), ("5.5", 550), ("0", 0), ("", None)])
def test_a_vat_rate_is_typed_as_a_percentage(coordinator: Client, typed_rate: str, kept: int | None) -> None:
    assert coordinator.post(f"{SERVICES}/add/", typed(vat_rate=typed_rate)).status_code == 302
    service = Service.objects.get()
    assert service.vat_rate == kept
    page = coordinator.get(f"{SERVICES}/edit/{service.pk}/").content.decode()
    shown = re.search(r'name="vat_rate"(?: value="([^"]*)")?', page)
    assert shown is not None
    assert (shown[1] or "") == ("" if kept is None else f"{kept / 100:.2f}")


@pytest.mark.parametrize("typed_rate", ["-1", "100.01", "20.123", "many"])
def test_a_vat_rate_that_is_none_is_refused(coordinator: Client, typed_rate: str) -> None:
    assert coordinator.post(f"{SERVICES}/add/", typed(vat_rate=typed_rate)).status_code == 200
    assert not Service.objects.exists()


@pytest.mark.parametrize(
    ("currency", "kind", "price", "value", "shown"),
    [
        ("GBP", "fixed", 4500, 1500, ("45.00", "15.00")),
        ("JPY", "fixed", 4500, 500, ("4500", "500")),
        ("KWD", "fixed", 45000, 1230, ("45.000", "1.230")),
        ("KWD", "percentage", 45000, 2550, ("45.000", "25.50")),
    ],
)
def test_the_form_shows_what_people_write_and_saves_it_unchanged(
    coordinator: Client, currency: str, kind: str, price: int, value: int, shown: tuple[str, str]
) -> None:
    service = ServiceFactory(currency=currency, deposit_kind=kind, price_amount=price, deposit_value=value, windows=())
    page = coordinator.get(f"{SERVICES}/edit/{service.pk}/").content.decode()
    fields = {name: re.search(rf'<input[^>]*name="{name}"[^>]*>', page) for name in ("price_amount", "deposit_value")}
    values = tuple(re.search('value="([^"]*)"', found[0])[1] for found in fields.values())  # type: ignore[index]
    assert values == shown
    assert all('inputmode="decimal"' in found[0] for found in fields.values() if found)
    form = typed(currency=currency, deposit_kind=kind, price_amount=values[0], deposit_value=values[1])
    assert coordinator.post(f"{SERVICES}/edit/{service.pk}/", form).status_code == 302
    service.refresh_from_db()
    assert (service.price_amount, service.deposit_value) == (price, value)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"price_amount": ""}, "This field is required."),
        ({"price_amount": "45,00"}, "Enter an amount in numbers, for example 45.00."),
        ({"price_amount": "-5"}, "Ensure this value is greater than or equal to 0."),
        ({"price_amount": "45.005"}, "45.005 has more decimal places than GBP allows."),
        ({"price_amount": "NaN"}, "Enter an amount in numbers, for example 45.00."),
        ({"price_amount": "99999999.99"}, "Ensure this value is less than or equal to 2147483647."),
        ({"currency": "JPY", "price_amount": "4500.5"}, "4500.5 has more decimal places than JPY allows."),
        ({"currency": "KWD", "price_amount": "45.001"}, "Amounts in KWD must be a multiple of KWD0.010."),
        ({"currency": "XXX"}, "Stripe doesn’t accept the currency XXX."),
        ({"currency": "gbp"}, "Enter the currency in capitals, for example GBP."),
        ({"deposit_value": ""}, "This field is required."),
        ({"deposit_value": "45.01"}, "The deposit can’t be more than the price."),
        ({"deposit_value": "0.29"}, "The smallest amount Stripe can charge in GBP is £0.30."),
        ({"deposit_value": "44.80"}, "Balance: The smallest amount Stripe can charge in GBP is £0.30."),
        ({"deposit_kind": "percentage", "deposit_value": "101"}, "The deposit can’t be more than 100% of the price."),
        (
            {"deposit_kind": "percentage", "deposit_value": "12.345"},
            "Enter a percentage with up to two decimal places.",
        ),
        ({"time_zone": "Europe/Bristol"}, "Europe/Bristol isn’t a time zone."),
    ],
)
def test_what_cannot_be_charged_is_refused_beside_its_field(
    coordinator: Client, changes: dict[str, str], sentence: str
) -> None:
    response = coordinator.post(f"{SERVICES}/add/", typed(**changes))
    page = response.content.decode()
    assert (response.status_code, Service.objects.count()) == (200, 0)
    assert sentence in page
    for name in changes.keys() & {"price_amount", "deposit_value"}:
        assert f'value="{changes[name]}"' in page or not changes[name]  # what was typed is kept


def test_lists_and_bookings_show_money_as_people_write_it(coordinator: Client) -> None:
    booking = BookingFactory()
    assert "£11.25" in coordinator.get(f"{SERVICES}/").content.decode()
    page = coordinator.get(f"/admin/desk/bookings/{booking.pk}/").content.decode()
    assert "£45.00" in page
    assert "£11.25" in page


@pytest.mark.parametrize(
    ("fields", "deposit"),
    [
        ({"price_amount": 4500, "deposit_value": 2500}, 1125),
        ({"price_amount": 4500, "deposit_value": 3333}, 1500),  # 1499.85, half up
        ({"price_amount": 9999, "deposit_value": 10000}, 9999),
        ({"price_amount": 4500, "deposit_value": 0}, 0),
        ({"price_amount": 45670, "deposit_value": 2500, "currency": "KWD"}, 11420),  # steps of ten
        ({"price_amount": 450000, "deposit_value": 2500, "currency": "ISK"}, 112500),
        ({"price_amount": 999, "deposit_value": 5000, "currency": "JPY"}, 500),
        ({"price_amount": 4500, "deposit_value": 1500, "deposit_kind": "fixed"}, 1500),
    ],
)
def test_the_deposit_is_worked_out_in_whole_minor_units(fields: dict[str, Any], deposit: int) -> None:
    service = ServiceFactory(**fields)
    service.full_clean()
    assert service.deposit_amount == deposit


def test_a_session_keeps_at_least_the_places_that_are_taken(coordinator: Client) -> None:
    session = BookingFactory().session
    session.refresh_from_db()
    session.capacity = 0
    with pytest.raises(ValidationError) as refusal:
        session.full_clean()
    assert refusal.value.message_dict == {
        "capacity": ["1 places are already booked. Enter at least that many, or cancel some bookings first."]
    }


def test_a_session_of_no_length_is_refused() -> None:
    session = SessionFactory()
    session.ends_at = session.starts_at
    with pytest.raises(ValidationError, match="The end must be after the start"):
        session.clean()
    assert Session.objects.get().ends_at > session.starts_at


def windows(*rows: tuple[int | str, int, int]) -> dict[str, Any]:
    """The cancellation windows of the form, as (row's number, hours, percent)."""
    prefix = "cancellation_windows"
    known = sum(1 for number, _, _ in rows if number)
    form: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": known}
    for place, (number, hours, percent) in enumerate(rows):
        form |= {f"{prefix}-{place}-id": number, f"{prefix}-{place}-hours_before": hours}
        form |= {f"{prefix}-{place}-refund_percent": percent, f"{prefix}-{place}-ORDER": place + 1}
    return form


def test_two_windows_swap_their_hours(coordinator: Client) -> None:
    service = ServiceFactory()
    CancellationWindow.objects.filter(service=service).delete()
    early = CancellationWindow.objects.create(service=service, hours_before=168, refund_percent=100)
    late = CancellationWindow.objects.create(service=service, hours_before=24, refund_percent=50)
    form = typed(slug=service.slug, **windows((early.pk, 24, 50), (late.pk, 168, 100), ("", 2, 10)))
    response = coordinator.post(f"{SERVICES}/edit/{service.pk}/", form)
    assert response.status_code == 302, refusals(response.content.decode())
    kept = CancellationWindow.objects.order_by("refund_percent").values_list("hours_before", "refund_percent")
    assert list(kept) == [(2, 10), (24, 50), (168, 100)]


def test_two_windows_with_the_same_hours_are_refused(coordinator: Client) -> None:
    service = ServiceFactory()
    CancellationWindow.objects.filter(service=service).delete()
    form = typed(slug=service.slug, **windows(("", 24, 100), ("", 24, 50)))
    assert coordinator.post(f"{SERVICES}/edit/{service.pk}/", form).status_code == 200
    assert not CancellationWindow.objects.filter(service=service).exists()


def test_windows_that_return_more_for_less_notice_are_refused(coordinator: Client) -> None:
    answer = coordinator.post(f"{SERVICES}/add/", typed(**windows(("", 72, 50), ("", 24, 100))))
    sentence = (
        "With 72 hours’ notice the refund is 50%, but with 24 hours’ notice it’s 100%. "
        "Longer notice must refund at least as much."
    )
    assert sentence in answer.content.decode()
    assert not Service.objects.exists()


def test_windows_are_taken_in_any_order(coordinator: Client) -> None:
    coordinator.post(f"{SERVICES}/add/", typed(**windows(("", 24, 50), ("", 72, 100), ("", 2, 50))))
    assert Service.objects.get().policy() == [
        {"hours_before": 72, "refund_percent": 100},
        {"hours_before": 24, "refund_percent": 50},
        {"hours_before": 2, "refund_percent": 50},
    ]


def test_a_change_of_price_and_terms_is_audited_with_the_old_and_the_new_value(coordinator: Client) -> None:
    coordinator.post(f"{SERVICES}/add/", typed(**windows(("", 24, 100))))
    service = Service.objects.get()
    (window,) = CancellationWindow.objects.all()
    changed = typed(price_amount="44.00", **windows((window.pk, 48, 100)))
    assert coordinator.post(f"{SERVICES}/edit/{service.pk}/", changed).status_code == 302
    row = AuditEvent.objects.filter(action="service.terms_changed").latest("pk")
    assert row.data == {
        "price_amount_from": 4500, "price_amount_to": 4400, "windows_from": "24:100", "windows_to": "48:100",
    }  # fmt: skip


def test_saving_a_service_unchanged_is_not_audited(coordinator: Client) -> None:
    coordinator.post(f"{SERVICES}/add/", typed())
    service = Service.objects.get()
    assert coordinator.post(f"{SERVICES}/edit/{service.pk}/", typed()).status_code == 302
    assert AuditEvent.objects.filter(action="service.terms_changed").count() == 1  # when it was made
