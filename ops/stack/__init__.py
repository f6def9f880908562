"""The whole portal as processes of its own: PostgreSQL, Redis, gunicorn, Celery worker and beat, the Stripe sandbox.

Chaos runs, benchmarks, load tests and `python -m ops.stack` use it; tests start their servers with its parts.
"""
