"""What the payment page says in its state."""

from typing import Any

from django import template

from payments.enums import Purpose
from portal.common.money import formatted
from portal.notifications.domain.page_texts import Words, page_words

register = template.Library()


@register.simple_tag(takes_context=True)
def state_words(context: dict[str, Any]) -> Words:
    """By the context's `purpose` (a deposit without one) and `state`; `booking` has the amount."""
    purpose, booking = context.get("purpose") or Purpose.DEPOSIT.value, context["booking"]
    amount = formatted(booking.balance_due, booking.currency)
    return page_words(f"{purpose}_{context['state']}", amount=amount)


@register.simple_tag(takes_context=True)
def declined_words(context: dict[str, Any]) -> str:
    """What the page says of a decline; its script fills the bank's `{reason}` in."""
    return page_words(f"{context.get('purpose') or Purpose.DEPOSIT.value}_declined").lead
