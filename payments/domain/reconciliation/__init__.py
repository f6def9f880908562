"""Comparing the ledger with Stripe: pull into staging, diff by set-based SQL, look again, heal, tell finance."""

from payments.domain.reconciliation.run import AlreadyRunning, reconcile

__all__ = ["AlreadyRunning", "reconcile"]
