"""Liveness and readiness."""

from collections.abc import Mapping

from celery import current_app
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from kombu.exceptions import OperationalError


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """503 with the reason without a database or with migrations to run; a lost broker is 200 and `degraded`."""
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
    except DatabaseError:
        return {"database": "does not answer"}
    if waiting:
        return {"migrations": f"{len(waiting)} to run"}
    return {}


def _broker_answers() -> bool:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
    except (OperationalError, OSError):
        return False
    return True
