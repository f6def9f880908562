"""Builders: one function an object kind, returning exactly the keys of Stripe's description."""
