"""The web server's entry point. The addresses and all behind them are loaded before the first request is taken."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.urls import get_resolver

from portal.common.screening import Request
from portal.common.stored_secrets import require_keys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")
application = get_wsgi_application()
application.request_class = Request
require_keys()
connections.close_all()  # a server that loads this before it forks must not share a connection with its workers
assert get_resolver().url_patterns
gc.collect()
gc.freeze()  # what is loaded stays: a request need not wait while the collector looks through it
