"""Beat's audit work."""

from celery import shared_task

from portal.audit.domain import seal


@shared_task(name="portal.audit.tasks.seal")
def seal_audit_trail() -> int:
    """Chain what has been committed since the last run."""
    return seal.seal_committed()
