"""What falls due by itself, by the names that `timers.py` keeps."""

from collections.abc import Mapping
from functools import partial

from ..sandbox import Sandbox
from ..timers import Action
from . import disputes, payments, payouts, refunds


def actions(box: Sandbox) -> Mapping[str, Action]:
    return {
        "book_charge": partial(payments.book_charge, box),
        "decide_dispute": partial(disputes.decide, box),
        "dispute_charge": partial(payments.dispute_charge, box),
        "fail_refund": partial(refunds.fail_refund, box),
        "pay_out_daily": partial(payouts.pay_out_daily, box),
        "pay_payout": partial(payouts.pay, box),
        "succeed_refund": partial(refunds.succeed_refund, box),
        "warn_of_fraud": partial(payments.warn_of_fraud, box),
    }
