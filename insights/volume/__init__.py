"""A ledger of any size for benchmarks and load tests, made in the database by set-based SQL.

The one place where insights writes other apps' tables: only outside production, and never into rows that exist.
"""
