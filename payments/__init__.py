"""Deposits and balances: ledger, Stripe gateway, webhooks, checkout, refunds."""
