"""What people read about money that comes back: each sentence from the quote, before the cancellation and after it."""

from django.utils.translation import gettext as _

from payments.domain.refund_quote import RefundQuote
from portal.common.money import formatted


def before(quote: RefundQuote) -> list[str]:
    """For whoever is about to cancel: the reason first, then each amount that comes back in another way or not."""
    reason = [_reason(quote)] if quote.paid or not quote.processing else []
    return [*reason, *_by_stripe(quote), *_other_ways(quote)]


def after(quote: RefundQuote) -> str:
    """For the email that says that it is cancelled."""
    sentences = _other_ways(quote)
    if quote.by_stripe:
        sending = _("We are sending %(amount)s back the way you paid. To a card it can take 5 to 10 days.")
        sentences.insert(0, sending % {"amount": formatted(quote.by_stripe, quote.currency)})
    if sentences:
        return " ".join(sentences)
    if not quote.paid:
        return _("You had not paid anything yet, so there is nothing to send back.")
    return _("By the cancellation terms of this booking, nothing is refunded.")


def _reason(quote: RefundQuote) -> str:
    if not quote.paid:
        return _("You have not paid anything yet, so there is nothing to give back.")
    if quote.terms.waived:
        return _("We changed this session ourselves, so everything you paid comes back, however close it is.")
    if quote.terms.hours_before is None:
        return _("The session is too close: by the terms you booked on, nothing is given back any more.")
    return _(
        "You cancel at least %(hours)s hours before the session, so by the terms you booked on "
        "%(percent)s%% of what you paid comes back."
    ) % {"hours": quote.terms.hours_before, "percent": quote.terms.percent}


def _by_stripe(quote: RefundQuote) -> list[str]:
    if not quote.by_stripe:
        return []
    sentence = _("%(amount)s goes back the way you paid. To a card it can take 5 to 10 days.")
    return [sentence % {"amount": formatted(quote.by_stripe, quote.currency)}]


def _other_ways(quote: RefundQuote) -> list[str]:
    """What Stripe does not send because of this cancellation."""
    told = (
        (
            quote.by_hand,
            _("You paid %(amount)s of it to our team directly. They will give it back to you, and will be in touch."),
        ),
        (quote.charged_back, _("Your bank has already returned %(amount)s to you.")),
        (
            quote.disputed,
            _(
                "Your bank has been asked to return %(amount)s, so we cannot send this amount back ourselves. "
                "Our team will be in touch about it."
            ),
        ),
        (quote.on_its_way, _("%(amount)s is already on its way back to you.")),
        (
            quote.processing,
            _("Your payment of %(amount)s is still being processed. If it goes through, we return all of it."),
        ),
    )
    return [sentence % {"amount": formatted(amount, quote.currency)} for amount, sentence in told if amount]
