"""`{{ amount|money:currency }}`: minor units as people read them."""

from django import template

from portal.common.money import formatted

register = template.Library()


@register.filter
def money(amount: int | None, currency: str) -> str:
    """£45.00 for 4500 and "gbp"; nothing for no amount."""
    return "" if amount is None else formatted(amount, currency)
