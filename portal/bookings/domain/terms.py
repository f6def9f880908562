"""What a service costs, on which terms and when: each change is audited with the old and the new value."""

from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.bookings.models import Availability, CancellationWindow, Service

Terms = dict[str, str | int]


def stored_terms(service_id: int) -> Terms:
    """The terms as the database has them; amounts in minor units, windows as hours:percent, slots as day time x places.

    Raises Service.DoesNotExist.
    """
    service = Service.objects.get(pk=service_id)
    windows = CancellationWindow.objects.filter(service=service).order_by("-hours_before")
    slots = Availability.objects.filter(service=service).order_by("weekday", "start_time", "pk")
    return {
        "price_amount": service.price_amount,
        "currency": service.currency,
        "deposit_kind": service.deposit_kind,
        "deposit_value": service.deposit_value,
        "hold_minutes": service.hold_minutes,
        "vat_rate": "" if service.vat_rate is None else service.vat_rate,
        "windows": " ".join(f"{window.hours_before}:{window.refund_percent}" for window in windows),
        "slots": ", ".join(f"{slot.weekday} {slot.start_time:%H:%M} x{slot.capacity}" for slot in slots),
    }


def record_changed_terms(service: Service, before: Terms, *, cause: Cause) -> None:
    """Audit what differs from `before`; nothing when nothing does. Call it in the transaction of the change."""
    after = stored_terms(service.pk)
    changed = [name for name in after if before.get(name) != after[name]]
    if changed:
        old = {f"{name}_from": before.get(name, "") for name in changed}
        new = {f"{name}_to": after[name] for name in changed}
        record("service.terms_changed", service, cause=cause, data={**old, **new})
