"""A stateful local Stripe for the demo, the tests and load runs. Never imported by the portal."""

API_VERSION = "2026-08-26.dahlia"
