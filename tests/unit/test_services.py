"""PostgreSQL and Redis are started only for tests that use them."""

import pytest

from tests.services import needs_services


def test_a_unit_test_without_the_database_starts_no_server(request: pytest.FixtureRequest) -> None:
    assert not needs_services(request.node)


def test_a_unit_test_with_the_database_starts_the_servers(request: pytest.FixtureRequest, db: None) -> None:
    assert needs_services(request.node)


@pytest.mark.django_db
def test_a_unit_test_marked_for_the_database_starts_the_servers(request: pytest.FixtureRequest) -> None:
    assert needs_services(request.node)
