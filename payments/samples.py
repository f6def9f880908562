"""The sample booking that previews show."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from payments.price_lines import BookingPrice, PriceLine
from payments.queries import BookingRow
from portal.common import clock, when


def sample_row() -> BookingRow:
    """A booking that nobody made: three days from now, in London."""
    start = (clock.now() + timedelta(days=3)).astimezone(ZoneInfo("Europe/London")).replace(hour=10, minute=0)
    return BookingRow(
        reference="7K3M-9QX2-W4TD",
        service_name="Respite care at home",
        starts_local=start,
        ends_local=start + timedelta(hours=3),
        person_name="Rose Okafor",
        location="At your home",
        status="awaiting_deposit",
        status_label="Awaiting deposit",
        amount_due=1350,
        currency="GBP",
        can_pay=True,
        can_cancel=True,
        has_receipt=False,
        hold_expires_at=clock.now().astimezone(start.tzinfo) + timedelta(minutes=25),
        hold_seconds_left=25 * 60,
        is_upcoming=True,
        pay_url="#",
        cancel_url="#",
        receipt_url="#",
        detail_url="#",
    )


def sample_price() -> BookingPrice:
    """What it costs: £54, a quarter of it as deposit."""
    lines = [
        PriceLine(_("Price"), 5400),
        PriceLine(_("Deposit to pay now"), 1350),
        PriceLine(_("Balance, due by %(time)s") % {"time": when.at(sample_row().starts_local)}, 4050),
    ]
    free = _("Free to cancel until %(time)s.") % {"time": when.at(sample_row().starts_local - timedelta(days=1))}
    return BookingPrice(lines, "GBP", [free, _("After that, we can’t refund it.")])
