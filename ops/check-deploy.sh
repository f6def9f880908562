#!/usr/bin/env bash
# Django's deployment checks on production settings, with values that only look like the real ones.
set -euo pipefail
export DJANGO_SETTINGS_MODULE=portal.settings.production
PORTAL_SECRET_KEY=$(.venv/bin/python -c "import secrets; print(secrets.token_urlsafe(60))")
AUDIT_HMAC_KEY=$(.venv/bin/python -c "import secrets; print(secrets.token_urlsafe(60))")
PORTAL_ENCRYPTION_KEYS=$(.venv/bin/python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())")
export PORTAL_SECRET_KEY AUDIT_HMAC_KEY PORTAL_ENCRYPTION_KEYS
export PORTAL_BASE_URL=https://portal.example.org PORTAL_ALLOWED_HOSTS=portal.example.org
export DATABASE_URL=postgres://portal:portal@127.0.0.1:5432/portal BROKER_URL=redis://127.0.0.1:6379/0
export STRIPE_SECRET_KEY=sk_live_000000000000000000000000 STRIPE_PUBLISHABLE_KEY=pk_live_000000000000000000000000
export AUDIT_HEADS_FILE=/dev/null EMAIL_URL=smtp://localhost:25 EMAIL_FROM="Portal <bookings@example.org>"
exec .venv/bin/python manage.py check --deploy --fail-level WARNING
