"""The values that a filter offers are read from an index, one by one."""

import pytest
from pytest_django import DjangoAssertNumQueries

from payments.models import PaymentAttempt
from portal.bookings.models import Service
from portal.common.value_filters import distinct_values
from tests.factories import ServiceFactory


@pytest.mark.django_db
def test_each_value_is_named_once_in_order_and_costs_one_look(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for currency in ("GBP", "EUR", "GBP", "USD", "EUR"):
        ServiceFactory(currency=currency)
    with django_assert_num_queries(4):
        assert distinct_values(Service.objects.order_by(), "currency") == ["EUR", "GBP", "USD"]


@pytest.mark.django_db
def test_an_empty_table_has_none() -> None:
    assert distinct_values(PaymentAttempt.objects.order_by(), "code") == []
