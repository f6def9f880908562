"""Reconciling without the network: a ledger of many payments, what Stripe would list of it, and three ways to compare.

`ledger` fills the payments by SQL, `listing` says what Stripe has and which differences are planted in it, `compare`
is the child process that stages and compares in our way, by raw COPY and one FULL JOIN, or row by row.
"""
