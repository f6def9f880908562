"""Attacks under staging's settings on PostgreSQL: `pytest tests/security`, a run of its own beside `pytest tests`."""
