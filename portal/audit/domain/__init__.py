"""Writing, sealing and verifying the audit trail."""

from portal.audit.domain.record import record

__all__ = ["record"]
