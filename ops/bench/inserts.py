"""pgbench: how fast PostgreSQL stores events when nobody is in front of it."""

import json
import subprocess

from ops.bench.environment import BenchEnvironment
from ops.bench.webhooks import succeeded
from ops.stack.postgres import postgres_folders
from ops.stack.program import binary

COLUMNS = (
    "event_id, type, object_id, api_version, livemode, created_at, received_at, payload, ledger_state, mirror_state, "
    "mirror_attempts, mirror_due_at, mirror_last_error, attempts, due_at, last_error"
)


def pgbench_rate(place: BenchEnvironment, database: str, clients: int, seconds: int) -> float:
    """Commits a second of the inbox's INSERT with one event's payload."""
    event = succeeded()
    payload = json.dumps(event).replace("'", "''")
    values = (
        f"md5(random()::text || clock_timestamp()), '{event['type']}', '{event['data']['object']['id']}', "
        f"'{event['api_version']}', false, now(), now(), '{payload}', 'received', 'waiting', 0, now(), '', 0, now(), ''"
    )
    script = place.folder / "insert.sql"
    script.write_text(
        f"INSERT INTO payments_receivedevent ({COLUMNS}) VALUES ({values}) ON CONFLICT (event_id) DO NOTHING;\n"
    )
    options = f"--no-vacuum --client {clients} --jobs 2 --time {seconds} --protocol prepared --file {script}"
    url = place.postgres.url(database).replace("postgres://", "postgresql://")
    command = [binary("pgbench", *postgres_folders()), *options.split(), url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = next(line for line in done.stdout.splitlines() if line.startswith("tps ="))
    return float(told.split()[2])
