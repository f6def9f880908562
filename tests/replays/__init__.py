"""Sequences that happen at Stripe, told to the portal in every order: the ledger ends as Stripe did."""
