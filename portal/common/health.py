"""Liveness and readiness."""

from collections.abc import Mapping

from celery import current_app
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from kombu.exceptions import OperationalError as BrokerError


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """503 with the reason: database away or read-only, migrations to run, no static files.

    A lost broker is 200 and `degraded`.
    """
    problems = _problems()
    if problems:
        return JsonResponse({"status": "unavailable", **problems}, status=503)
    if not _broker_answers():
        return JsonResponse({"status": "degraded", "broker": "does not answer; work waits for the next sweep"})
    return JsonResponse({"status": "ok"})


def _problems() -> Mapping[str, str]:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        read_only = _is_read_only()
    except DatabaseError:
        return {"database": "does not answer"}
    if read_only:
        return {"database": "is read-only"}
    if waiting:
        return {"migrations": f"{len(waiting)} to run"}
    if isinstance(staticfiles_storage, ManifestFilesMixin) and not staticfiles_storage.hashed_files:
        return {"static": "files were not collected: run collectstatic, then restart"}
    return {}


def _is_read_only() -> bool:
    """PostgreSQL says so itself, a standby too. SQLite says it when somebody is about to write."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW transaction_read_only")
            return bool(cursor.fetchone() == ("on",))
        try:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")
        except OperationalError as error:
            return "readonly" in str(error)
    return False


def _broker_answers() -> bool:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
    except (BrokerError, OSError):
        return False
    return True
