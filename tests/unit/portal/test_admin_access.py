"""Every admin view of ours, and who may enter it: allowed, refused (403), or signed out (sign-in).

A view without a row fails `test_every_view_has_its_row`: add one line to `TABLE` below.
"""

from typing import Any, Final

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import Settings

from payments.domain.discrepancies import note
from payments.enums import AttemptOutcome, DiscrepancyKind, RefundReason
from payments.models import Dispute, PaymentAttempt, ReceivedEvent, Refund
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Source, SystemActor
from portal.common import clock
from portal.notifications.models import MessageText, Notification
from tests.factories import BookingFactory, CategoryFactory, MediaItemFactory, UserFactory
from tests.unit.portal.admin_routes import address, our_admin_routes

EDITOR, COORDINATOR, FINANCE, MANAGER, ADMINISTRATOR = (
    Role.EDITOR, Role.COORDINATOR, Role.FINANCE, Role.MANAGER, Role.ADMINISTRATOR,
)  # fmt: skip
MONEY: Final = {FINANCE, ADMINISTRATOR}
PAYMENTS: Final = {COORDINATOR, FINANCE, MANAGER, ADMINISTRATOR}
DESK: Final = {COORDINATOR, FINANCE, MANAGER, ADMINISTRATOR}
KEEPERS: Final = {COORDINATOR, ADMINISTRATOR}
WORDING: Final = {EDITOR, ADMINISTRATOR}
LIBRARY: Final = {EDITOR, ADMINISTRATOR}
FIGURES: Final = {FINANCE, MANAGER, ADMINISTRATOR}
NOBODY: Final[set[Role]] = set()

DESK_PAGES: Final = (
    "", "phone/", "phone/new/", "phone/<caregiver_id>/",
    "sessions/<session_id>/", "sessions/<session_id>/cancel/", "sessions/<session_id>/move/",
    "bookings/<booking_id>/move/", "bookings/<booking_id>/cancel/",
)  # fmt: skip

Rows = dict[str, set[Role]]


def listing(model: str, *, see: set[Role]) -> Rows:
    """A ledger listing: some look, nobody edits by hand."""
    looked_at = {f"{model}/{part}": see for part in ("", "inspect/<instance_pk>/", "history/<instance_pk>/")}
    closed = ("create/", "edit/<instance_pk>/", "delete/<instance_pk>/")
    return looked_at | {f"{model}/{part}": NOBODY for part in closed}


def snippet(
    model: str,
    *,
    see: set[Role],
    add: set[Role] = NOBODY,
    change: set[Role] = NOBODY,
    delete: set[Role] = NOBODY,
) -> Rows:
    """A viewset: its listing, its forms, its history, and the chooser that pages use."""
    any_of = see | add | change | delete
    who = {
        "": any_of, "results/": any_of, "inspect/<pk>/": any_of,
        "add/": add, "copy/<pk>/": add, "preview/": add,
        "edit/<pk>/": change, "usage/<pk>/": change, "preview/<pk>/": change,
        "history/<pk>/": add | change | delete, "history-results/<pk>/": add | change | delete,
        "history/<pk>/revisions/<revision_id>/view/": change,
        "history/<pk>/revisions/<revision_id>/revert/": change,
        "history/<pk>/revisions/compare/<revision_id_a>...<revision_id_b>/": change,
        "delete/<pk>/": delete,
    }  # fmt: skip
    choose = {"": any_of, "results/": any_of, "chosen/<pk>/": any_of, "chosen-multiple/": any_of}
    rows = {f"snippets/{model}/{part}": roles for part, roles in who.items()}
    return rows | {f"snippets/choose/{model}/{part}": roles for part, roles in choose.items()}


# One row for a view: "reconciliation/": MONEY,
TABLE: Final[Rows] = {
    **listing("payments/payment", see=PAYMENTS),
    **listing("payments/paymentattempt", see={*MONEY, MANAGER}),
    **listing("payments/refund", see=MONEY),
    **listing("payments/dispute", see=MONEY),
    **listing("payments/receivedevent", see=MONEY),
    **listing("audit/auditevent", see=MONEY),
    **listing("payments/discrepancy", see=MONEY),
    "reconciliation/<discrepancy_id>/heal/": MONEY,
    **listing("notifications/notification", see={COORDINATOR, FINANCE, ADMINISTRATOR}),
    "reconciliation/<discrepancy_id>/ignore/": MONEY,
    **snippet("bookings/booking", see=DESK),
    **snippet("bookings/session", see=DESK, add=KEEPERS, change=KEEPERS),
    **snippet("bookings/service", see=DESK | {EDITOR}, add=KEEPERS, change=KEEPERS),
    **snippet("media_library/mediaitem", see=LIBRARY | {MANAGER}, add=LIBRARY, change=LIBRARY, delete=LIBRARY),
    **snippet("media_library/category", see=LIBRARY | {MANAGER}, add=LIBRARY, change=LIBRARY, delete=LIBRARY),
    **snippet("notifications/messagetext", see=WORDING, change=WORDING),
    "reconciliation/": MONEY,
    "reconciliation/run/": MONEY,
    "payments/payment/<payment_id>/refund/": {FINANCE},
    "payments/refund/<refund_id>/again/": {FINANCE},
    "payments/refund/<refund_id>/by-hand/": {FINANCE},
    "webhooks/": MONEY,
    "webhooks/replay/": MONEY,
    "webhooks/settle/": MONEY,
    **{f"desk/{page}": KEEPERS for page in DESK_PAGES},
    **{f"desk/bookings/<booking_id>/{page}": {COORDINATOR, FINANCE, ADMINISTRATOR} for page in ("", "balance/")},
    "desk/bookings/<booking_id>/take-back/": MONEY,
    "insights/": FIGURES,
    "insights/data.json": FIGURES,
    "insights/anomalies/": FIGURES,
    "insights/anomalies/results/": FIGURES,
    **{f"users/{page}": {ADMINISTRATOR} for page in ("results/", "new/", "edit/<pk>/")},
    "users/delete/<pk>/": NOBODY,
    **{f"users/<user_id>/{page}/": {ADMINISTRATOR} for page in ("invitation", "second-step")},
    # Wagtail's own, as far as a role decides
    "users/": {ADMINISTRATOR},
    "groups/": NOBODY,
    "sites/": NOBODY,
    "redirects/": WORDING,
}
WAGTAIL: Final = frozenset(["users/", "groups/", "sites/", "redirects/"])


def rows() -> Rows:
    """The table's rows whose view exists: helpers above name a few more parts than each model has."""
    return {route: TABLE[route] for route in sorted(TABLE.keys() & (our_admin_routes() | WAGTAIL))}


def signed_in(role: Role) -> Client:
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role.value))
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def extra(db: None) -> dict[str, Any]:
    """A row of each model that the routes name; returns what else they name."""
    payment = BookingFactory().payments.get()
    found = note(
        DiscrepancyKind.UNKNOWN_CHARGE, stripe_object_id="ch_1", payment=payment,
        by=Actor.system(SystemActor.RECONCILIATION), source=Source.RECONCILIATION,
    )  # fmt: skip
    refund = Refund.objects.create(payment=payment, amount=100, reason=RefundReason.GOODWILL)
    Dispute.objects.create(payment=payment, stripe_dispute_id="dp_1", amount=100, status="needs_response")
    PaymentAttempt.objects.create(payment=payment, outcome=AttemptOutcome.FAILED, reference="evt_1")
    Notification.objects.create(template="hold_ending", to="a@example.com", dedupe_key="hold_ending:1")
    ReceivedEvent.objects.create(event_id="evt_1", type="charge.succeeded", livemode=False, created_at=clock.now())
    MediaItemFactory(categories=[CategoryFactory()])
    text = MessageText.objects.latest("pk")
    first, second = text.save_revision(), text.save_revision()
    revisions = {"revision_id": first.pk, "revision_id_a": first.pk, "revision_id_b": second.pk}
    booking = payment.booking
    ours = {
        "payment_id": payment.pk,
        "refund_id": refund.pk,
        "discrepancy_id": found.pk,
        "booking_id": booking.pk,
        "session_id": booking.session_id,
        "caregiver_id": booking.caregiver_id,
        "user_id": User.objects.create_user("invited@example.com").pk,
    }
    return revisions | ours


def answer(client: Client, path: str) -> str:
    """In a word: allowed, refused, sign-in; or the status, when it is none of these."""
    response = client.get(path)
    if response.status_code == 405:
        response = client.post(path)
    if response.status_code == 302 and response["Location"].startswith("/accounts/login/"):
        return "sign-in"
    words = {200: "allowed", 302: "allowed", 400: "allowed", 403: "refused"}
    return words.get(response.status_code, str(response.status_code))


def test_every_view_has_its_row() -> None:
    assert our_admin_routes() - TABLE.keys() == set(), "add a row to TABLE: who may enter?"


@pytest.mark.parametrize("role", Role)
def test_each_role_enters_what_its_row_says_and_is_refused_the_rest(
    role: Role, extra: dict[str, Any], settings: Settings
) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    client = signed_in(role)
    table = rows()
    answers = {route: answer(client, address(route, extra)) for route in table}
    expected = {route: "allowed" if role in may else "refused" for route, may in table.items()}
    assert {route: a for route, a in answers.items() if a != expected[route]} == {}


def test_signed_out_leads_to_sign_in(extra: dict[str, Any], client: Client) -> None:
    answers = {route: answer(client, address(route, extra)) for route in rows()}
    assert answers == dict.fromkeys(rows(), "sign-in")
    assert client.get("/admin/")["Location"] == "/accounts/login/?next=/admin/"


def test_staff_without_a_second_factor_are_sent_to_set_it_up(db: None) -> None:
    response = signed_in(Role.FINANCE).get("/admin/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/2fa/")


def test_no_status_can_be_edited_by_hand(db: None, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    booking = BookingFactory()
    payment = booking.payments.get()
    client = signed_in(Role.ADMINISTRATOR)
    assert client.post(f"/admin/payments/payment/edit/{payment.pk}/", {"status": "succeeded"}).status_code == 403
    assert client.post(f"/admin/snippets/bookings/booking/edit/{booking.pk}/", {"notes": "x"}).status_code == 403
