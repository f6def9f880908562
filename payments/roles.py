"""Who sees the ledger, and who decides about it."""

from portal.accounts.roles import Grants, Role

_LEDGER = [
    "payments.view_payment",
    "payments.view_paymentattempt",
    "payments.view_refund",
    "payments.view_dispute",
    "payments.view_receivedevent",
    "payments.view_discrepancy",
]
_SETTLES = ["payments.change_discrepancy", "payments.change_receivedevent"]

_ENTER = "payments.add_offlinereceipt"
_TAKE_BACK = "payments.reverse_offlinereceipt"
_ANSWER = "payments.answer_dispute"

GRANTS: Grants = {
    Role.FINANCE: [*_LEDGER, *_SETTLES, "payments.add_refund", _ANSWER, _ENTER, _TAKE_BACK],
    Role.ADMINISTRATOR: [*_LEDGER, *_SETTLES, _ENTER, _TAKE_BACK],
    Role.COORDINATOR: ["payments.view_payment", _ENTER],
    Role.MANAGER: ["payments.view_payment", "payments.view_paymentattempt"],
}
