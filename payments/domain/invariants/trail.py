"""The trail: every state has its history, and the history is as it was written."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import CharField, Count, F, IntegerField, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from payments.enums import PaymentStatus
from payments.models import Payment, PaymentTransition
from portal.audit.domain.verify import verify
from portal.audit.models import AuditEvent
from portal.bookings.models import Booking, BookingTransition
from portal.common.stored_secrets import PLACES


class StatusHasItsTransition:
    """The newest transition of a booking or payment ends in the status it has."""

    name: ClassVar[str] = "status_has_its_transition"
    rule: ClassVar[str] = "The state of a booking or payment is where its last written change led."

    def broken(self) -> Iterable[tuple[str, str]]:
        yield from self._of(Booking.objects.order_by(), BookingTransition.objects.filter(booking=OuterRef("pk")), "")
        changes = PaymentTransition.objects.filter(payment=OuterRef("pk"))
        yield from self._of(Payment.objects.order_by(), changes, PaymentStatus.PENDING)

    def _of(self, rows: QuerySet[Any], changes: QuerySet[Any], first: str) -> Iterable[tuple[str, str]]:
        newest = Subquery(changes.order_by("-pk").values("to_status")[:1], output_field=CharField())
        for row in rows.annotate(last=Coalesce(newest, Value(first))).exclude(status=F("last")).iterator():
            yield _subject(row), f"is {row.status}, its last change led to {row.last or 'nothing'}"


class EveryChangeIsAudited:
    """As many audit rows as transitions."""

    name: ClassVar[str] = "every_change_is_audited"
    rule: ClassVar[str] = "Every change of a booking's or payment's state has its row in the audit trail."

    def broken(self) -> Iterable[tuple[str, str]]:
        yield from self._of(Booking.objects.order_by(), "booking.made", "booking.moved")
        yield from self._of(Payment.objects.order_by(), "payment.moved")

    def _of(self, rows: QuerySet[Any], *actions: str) -> Iterable[tuple[str, str]]:
        audited = (
            AuditEvent.objects.order_by()
            .filter(object_type=rows.model._meta.label_lower, action__in=actions)
            .filter(object_id=Cast(OuterRef("pk"), CharField()))
            .values("object_id")
            .annotate(written=Count("pk"))
            .values("written")
        )
        written = Coalesce(Subquery(audited, output_field=IntegerField()), 0)
        counted = rows.annotate(changes=Count("transitions"), audited=written)
        for row in counted.exclude(changes=F("audited")).iterator():
            yield _subject(row), f"{row.changes} changes of state, {row.audited} audit rows"


class AuditChainVerifies:
    """Nobody altered, removed or inserted an audit row."""

    name: ClassVar[str] = "audit_chain_verifies"
    rule: ClassVar[str] = "The audit trail is as it was written."

    def broken(self) -> Iterable[tuple[str, str]]:
        return [("audit trail", finding) for finding in verify().findings]


class SecretsAreEncrypted:
    """Signing secrets and second factors are ciphertext, and no table has an API key."""

    name: ClassVar[str] = "secrets_are_encrypted"
    rule: ClassVar[str] = "No secret lies in clear in the database."

    def broken(self) -> Iterable[tuple[str, str]]:
        for place in PLACES:
            if place.watched and (left := place.in_clear()):
                yield place.name, f"{left} in clear: run manage.py encrypt_secrets"


def _subject(row: Model) -> str:
    return f"{row._meta.model_name} {row.pk}"
