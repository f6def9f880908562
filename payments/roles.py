"""Who sees the ledger, and who decides about it."""

from portal.accounts.roles import Grants, Role

_LEDGER = [
    "payments.view_payment",
    "payments.view_refund",
    "payments.view_dispute",
    "payments.view_receivedevent",
    "payments.view_discrepancy",
]
_SETTLES = ["payments.change_discrepancy", "payments.change_receivedevent"]

GRANTS: Grants = {
    Role.FINANCE: [*_LEDGER, *_SETTLES, "payments.add_refund"],
    Role.ADMINISTRATOR: [*_LEDGER, *_SETTLES],
    Role.COORDINATOR: ["payments.view_payment"],
    Role.MANAGER: ["payments.view_payment"],
}
