"""What people read about a refund: each sentence from the quote, before the cancellation and after it."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from payments.domain.refunds.followups import DISPUTED, awaits_bank, refund_blocker
from payments.domain.refunds.quote import RefundQuote
from payments.enums import DISPUTE_TO_ANSWER, DisputeStatus
from payments.models import Payment
from portal.common.money import formatted


def before(quote: RefundQuote) -> list[str]:
    """For whoever is about to cancel: the reason first, then each amount and how it is refunded, if it is."""
    reason = [_reason(quote)] if quote.paid or not quote.processing else []
    return [*reason, *_by_stripe(quote), *_other_ways(quote)]


def after(quote: RefundQuote) -> str:
    """For the email that says that it is cancelled."""
    sentences = _other_ways(quote)
    if quote.by_stripe:
        sending = _("We’re refunding %(amount)s to the card you used. Allow 5 to 10 days.")
        sentences.insert(0, sending % {"amount": formatted(quote.by_stripe, quote.currency)})
    if sentences:
        return " ".join(sentences)
    if not quote.paid:
        return _("You hadn’t paid anything, so there’s nothing to refund.")
    return _("Under the terms you booked on, there’s no refund.")


def for_staff(quote: RefundQuote) -> list[str]:
    """For staff who are about to cancel: each amount, and what happens with it."""
    parts = (
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
    sentences = [sentence % {"amount": formatted(amount, quote.currency)} for amount, sentence in parts if amount]
    if not quote.amount and not quote.disputed and not quote.processing:
        nothing = (
            _("Nothing will be refunded.") if quote.paid else _("Nothing has been paid, so there’s nothing to refund.")
        )
        sentences.insert(0, nothing)
    return [*sentences, _("We’ll email the caregiver to confirm.")]


def why_blocked(payment: Payment) -> str:
    """Why Stripe cannot send the payment back now, for finance; empty when it can, or was not paid through Stripe."""
    if refund_blocker(payment) != DISPUTED:
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
        return _("You haven’t paid anything yet, so there’s nothing to refund.")
    terms, amount = quote.terms, formatted(quote.amount, quote.currency)
    if terms.waived:
        if quote.amount == quote.paid:
            return _("The cancellation terms don’t apply, so you’ll get a full refund of %(amount)s.") % {
                "amount": amount
            }
        return _("The cancellation terms don’t apply, so everything you paid is refundable.")
    if not terms.percent or terms.hours_before is None:
        return _too_late(quote)
    notice = _notice(terms.hours_before)
    if quote.amount == quote.paid:
        return _(
            "You’re cancelling more than %(notice)s before the session, so you’ll get a full refund of %(amount)s."
        ) % {
            "notice": notice,
            "amount": amount,
        }
    sentence = _(
        "You’re cancelling more than %(notice)s before the session, so under the terms you booked on we’ll refund "
        "%(percent)s%% of what you paid."
    )
    if quote.refunded or quote.on_its_way:  # what was refunded before is extra, and the rest may be less than the share
        sentence = _(
            "You’re cancelling more than %(notice)s before the session, so under the terms you booked on we’ll refund "
            "up to %(percent)s%% of what you paid, out of what we still hold."
        )
    return sentence % {"notice": notice, "percent": terms.percent}


def _too_late(quote: RefundQuote) -> str:
    least = quote.terms.least_notice
    if least is None:
        return _("Under the terms you booked on, there’s no refund.")
    sentence = _("It’s less than %(notice)s until the session, so we can’t refund what you’ve paid.")
    if quote.only_deposit:
        sentence = _("It’s less than %(notice)s until the session, so we can’t refund your deposit.")
    return sentence % {"notice": _notice(least)}


def _notice(hours: int) -> str:
    """7 days, 24 hours."""
    if hours > 24 and hours % 24 == 0:
        return ngettext("%(number)d day", "%(number)d days", hours // 24) % {"number": hours // 24}
    return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}


def _by_stripe(quote: RefundQuote) -> list[str]:
    if not quote.by_stripe:
        return []
    if quote.by_stripe == quote.paid:  # the reason has said how much
        return [_("We’ll refund the card you used. Allow 5 to 10 days.")]
    sentence = _("We’ll refund %(amount)s to the card you used. Allow 5 to 10 days.")
    return [sentence % {"amount": formatted(quote.by_stripe, quote.currency)}]


def _other_ways(quote: RefundQuote) -> list[str]:
    """What Stripe does not send because of this cancellation."""
    parts = (
        (
            quote.by_hand,
            _("You paid %(amount)s directly to our team. They’ll be in touch to refund it."),
        ),
        (quote.charged_back, _("Your bank has already returned %(amount)s to you.")),
        (
            quote.disputed,
            _(
                "Your bank has been asked to return %(amount)s, so we can’t refund it ourselves. "
                "Our team will be in touch about it."
            ),
        ),
        (
            quote.not_by_card,
            _("We can’t refund %(amount)s to your card. Our team will be in touch to refund it another way."),
        ),
        (quote.refunded, _("We’ve already refunded %(amount)s.")),
        (quote.on_its_way, _("A refund of %(amount)s is already on its way to you.")),
        (
            quote.processing,
            _("Your payment of %(amount)s is still being processed. If it goes through, we’ll refund all of it."),
        ),
    )
    return [sentence % {"amount": formatted(amount, quote.currency)} for amount, sentence in parts if amount]
