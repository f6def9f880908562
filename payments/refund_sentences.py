"""What people read about money that comes back: each sentence from the quote, before the cancellation and after it."""

from django.utils.translation import gettext as _

from payments.domain.refund_quote import RefundQuote
from payments.domain.refund_tasks import DISPUTED, awaits_bank, obstacle
from payments.enums import DISPUTE_TO_ANSWER, DisputeStatus
from payments.models import Payment
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


def for_staff(quote: RefundQuote) -> list[str]:
    """For staff who are about to cancel: each amount, and what happens with it."""
    told = (
        (quote.by_stripe, _("%(amount)s will be refunded through Stripe.")),
        (
            quote.by_hand,
            _("%(amount)s was paid outside the portal, so it needs to be refunded manually. We’ll let finance know."),
        ),
        (quote.charged_back, _("The bank has already returned %(amount)s, so we won’t refund it again.")),
        (
            quote.disputed,
            _("%(amount)s is disputed with the bank, so Stripe can’t refund it. We’ll let finance know."),
        ),
        (
            quote.not_by_card,
            _(
                "Stripe can’t refund %(amount)s after the dispute, so it needs to be refunded manually. We’ll let "
                "finance know."
            ),
        ),
        (quote.refunded, _("%(amount)s has already been refunded.")),
        (quote.on_its_way, _("An earlier refund of %(amount)s is already on its way.")),
        (quote.processing, _("%(amount)s is still being processed. If it goes through, we’ll refund it in full.")),
    )
    sentences = [sentence % {"amount": formatted(amount, quote.currency)} for amount, sentence in told if amount]
    if not quote.amount and not quote.disputed and not quote.processing:
        nothing = (
            _("Nothing will be refunded.") if quote.paid else _("Nothing has been paid, so there’s nothing to refund.")
        )
        sentences.insert(0, nothing)
    return [*sentences, _("We’ll email the caregiver to confirm.")]


def why_blocked(payment: Payment) -> str:
    """Why Stripe cannot send the payment back now, for finance; empty when it can, or was not paid through Stripe."""
    if obstacle(payment) != DISPUTED:
        return ""
    disputes = [dispute for dispute in payment.disputes.all() if not dispute.is_charge_refundable]
    if any(dispute.status in DISPUTE_TO_ANSWER for dispute in disputes):
        return _(
            "The cardholder has disputed this payment with their bank, so Stripe can’t refund it. Respond to the "
            "dispute instead, under Disputes below."
        )
    if returned := sum(dispute.withdrawn_amount for dispute in disputes if dispute.status == DisputeStatus.LOST):
        return _("The bank has returned %(amount)s to the cardholder, so Stripe can’t refund this payment.") % {
            "amount": formatted(returned, payment.currency)
        }
    if awaits_bank(payment):
        return _("The bank is deciding the cardholder’s dispute, so Stripe can’t refund this payment.")
    return _("The cardholder disputed this payment, so Stripe can’t refund it.")


def _reason(quote: RefundQuote) -> str:
    if not quote.paid:
        return _("You have not paid anything yet, so there is nothing to give back.")
    if quote.terms.waived:
        return _("We changed this session ourselves, so everything you paid comes back, however close it is.")
    if quote.terms.hours_before is None:
        return _("The session is too close: by the terms you booked on, nothing is given back any more.")
    sentence = _(
        "You cancel at least %(hours)s hours before the session, so by the terms you booked on "
        "%(percent)s%% of what you paid comes back."
    )
    if quote.refunded or quote.on_its_way:  # what was refunded before is extra, and the rest may be less than the share
        sentence = _(
            "You’re cancelling at least %(hours)s hours before the session, so under the terms you booked on we refund "
            "up to %(percent)s%% of what you paid, out of what we still hold."
        )
    return sentence % {"hours": quote.terms.hours_before, "percent": quote.terms.percent}


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
        (quote.not_by_card, _("We cannot send %(amount)s by card. Our team will return it to you, and be in touch.")),
        (quote.refunded, _("We have already refunded %(amount)s.")),
        (quote.on_its_way, _("%(amount)s is already on its way back to you.")),
        (
            quote.processing,
            _("Your payment of %(amount)s is still being processed. If it goes through, we return all of it."),
        ),
    )
    return [sentence % {"amount": formatted(amount, quote.currency)} for amount, sentence in told if amount]
