"""A ledger of any size for benchmarks and load tests, made in the database by set-based SQL.

A Django app without models, installed by name where the demo is. It writes other apps' tables: only outside production,
and never into rows that exist.
"""
