"""The demo: an invented organisation with half a year of history, its mailbox, and `python -m ops.demo`, which runs it.

A Django app without models, installed by name in the demo's, the stack's, the benchmarks' and the tests' settings; its
accounts have a published password, so no release holds it (.gitattributes).
"""

PASSWORD = "demo-portal-2026"  # of all its accounts, and of those that chaos and load runs make
