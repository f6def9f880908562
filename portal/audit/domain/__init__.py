"""Writing, sealing and verifying the audit trail."""

from portal.audit.domain.record import record, write_transition

__all__ = ["record", "write_transition"]
