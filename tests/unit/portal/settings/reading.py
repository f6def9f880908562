"""Settings read by a fresh process; the libraries that they import are there already."""

import os
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from traceback import format_exception_only

from django.core.exceptions import ImproperlyConfigured


def fresh_processes() -> ProcessPoolExecutor:
    """Each call is made in a process of its own."""
    server = get_context("forkserver")
    server.set_forkserver_preload(["portal.celery", "dj_database_url", "cryptography.fernet"])
    return ProcessPoolExecutor(1, mp_context=server, max_tasks_per_child=1)


def complaint(environment: str, variables: dict[str, str]) -> str:
    """What is said of these variables, and nothing when the settings are taken."""
    os.environ.clear()
    os.environ.update(variables)
    try:
        import_module(f"portal.settings.{environment}")
    except ImproperlyConfigured as wrong:
        return "".join(format_exception_only(wrong)).strip()
    return ""
