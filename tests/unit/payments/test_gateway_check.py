"""Money goes to Stripe and nowhere else."""

from django.core.checks import Error
from pytest_django import Settings

from payments.gateway import check_gateway


def test_stripe_is_the_gateway() -> None:
    assert check_gateway(None) == []


def test_another_gateway_is_refused(settings: Settings) -> None:
    settings.PAYMENT_GATEWAY = "tests.fakes.FakeGateway"
    assert check_gateway(None) == [
        Error(
            "PAYMENT_GATEWAY is tests.fakes.FakeGateway. Payments would not reach Stripe.",
            hint="Remove PAYMENT_GATEWAY from your settings.",
            id="payments.E001",
        )
    ]
