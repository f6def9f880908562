"""`python -m ops.deploy.restore BACKUP`: a backup onto an empty database and folder, then every check.

Run it with the portal stopped. It refuses a damaged backup, a database with tables in it and a media folder with
files in it, before it writes anything.
"""

import argparse
import json
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ops.deploy.backup import MANIFEST, digest
from ops.deploy.place import DUMP, ERASURES, HEADS, MEDIA, ROOT, BackupRefused, Place

TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
# What was made after the backup bears the next numbers at Stripe, in metadata and idempotency keys: nothing else may.
SKIP_NUMBERS = """
    SELECT setval(numbers::regclass, nextval(numbers::regclass) + 100000)
    FROM (SELECT pg_get_serial_sequence(named, 'id') AS numbers
          FROM unnest(ARRAY['payments_payment', 'payments_refund']) AS named
          WHERE to_regclass(named) IS NOT NULL) AS kept
"""


def main() -> int:
    """Restore and check; 1 with a sentence when it refuses, or with the checks that found something."""
    parser = argparse.ArgumentParser(prog="python -m ops.deploy.restore", description=__doc__)
    parser.add_argument("backup", type=Path, help="the folder of one backup")
    parser.add_argument("--identity", type=Path, help="age identity that opens an encrypted backup")
    options = parser.parse_args()
    began = time.monotonic()
    try:
        taken_at = restore(Place.from_environment(), options.backup, identity=options.identity)
    except (BackupRefused, OSError) as error:
        print(f"not restored: {error}", file=sys.stderr)
        return 1
    found = [" ".join(command) for command in checks(taken_at) if not _is_green(command)]
    verdict = f"these checks found something: {', '.join(found)}" if found else "every check is green"
    print(f"restored as of {taken_at:%Y-%m-%d %H:%M:%S} UTC in {time.monotonic() - began:.0f} s; {verdict}")
    return int(bool(found))


def checks(taken_at: datetime) -> list[list[str]]:
    """What has to pass before the portal opens: schema, people's erasures, ledger, trail, figures, and Stripe."""
    since = (taken_at - timedelta(days=1)).date().isoformat()
    return [
        ["migrate", "--noinput", "-v0"],
        ["encrypt_secrets"],
        ["replay_erasures"],
        ["reconcile", "--since", since, "--heal"],
        ["check_invariants"],
        ["audit_verify"],
        ["rebuild_rollups"],
        ["rebuild_rollups", "--verify"],
    ]


def restore(place: Place, folder: Path, *, identity: Path | None = None) -> datetime:
    """Write everything of the backup to its place; returns when it was taken. Raises BackupRefused or OSError."""
    taken_at = _intact(folder)
    with _opened(folder, identity) as plain:
        _require_empty(place)
        place.postgres("pg_restore", "--no-owner", "--exit-on-error", "--jobs=2", _database(place), str(plain / DUMP))
        place.postgres("psql", "--no-psqlrc", "-qc", SKIP_NUMBERS)
        if place.media and (plain / MEDIA).exists():
            place.media.mkdir(parents=True, exist_ok=True)
            with tarfile.open(plain / MEDIA) as archive:
                archive.extractall(place.media, filter="data")
        _put_heads(plain / HEADS, place.heads)
        _merge_lines(plain / ERASURES, place.erasures)
    return taken_at


def _intact(folder: Path) -> datetime:
    """When the backup was taken. Raises BackupRefused when a file is missing or not as it was written."""
    manifest = folder / MANIFEST
    if not manifest.exists():
        raise BackupRefused(f"{folder} is not a backup: it has no {MANIFEST}")
    described = json.loads(manifest.read_text())
    for name, expected in described["sha256"].items():
        if not (folder / name).exists() or digest(folder / name) != expected:
            raise BackupRefused(f"{folder / name} is not as it was written; take an older backup")
    return datetime.fromisoformat(described["taken_at"])


@contextmanager
def _opened(folder: Path, identity: Path | None) -> Iterator[Path]:
    """The folder itself, or a temporary one with its files decrypted."""
    sealed = sorted(folder.glob("*.age"))
    if not sealed:
        yield folder
        return
    if identity is None:
        raise BackupRefused("the backup is encrypted: give --identity")
    with tempfile.TemporaryDirectory() as plain:
        for file in sealed:
            command = ["age", "-d", "-i", str(identity), str(file)]
            with (Path(plain) / file.stem).open("wb") as opened:  # age's own -o makes no file of an empty one
                done = subprocess.run(command, stdout=opened, stderr=subprocess.PIPE)
            if done.returncode:
                raise BackupRefused(f"{file.name} does not open: {done.stderr.decode().strip()}")
        yield Path(plain)


def _require_empty(place: Place) -> None:
    if place.postgres("psql", "--no-psqlrc", "-tAc", TABLES).strip() != "0":
        raise BackupRefused(
            f"the database {place.database.get('PGDATABASE')} has tables: restore into a new, empty one"
        )
    if place.media and place.media.exists() and any(file.is_file() for file in place.media.rglob("*")):
        raise BackupRefused(f"{place.media} has files in it: move them away first")


def _database(place: Place) -> str:
    return f"--dbname={place.database['PGDATABASE']}"


def _put_heads(source: Path, target: Path) -> None:
    """The heads that fit the dump. Later ones that survived tell what was lost: they are kept beside."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and target.read_bytes() != source.read_bytes():
        target.rename(target.with_name(f"{target.name}.before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"))
    target.write_bytes(source.read_bytes())


def _merge_lines(source: Path, target: Path) -> None:
    """Everybody erased by then, and everybody on a list that survived: nobody comes back."""
    known = target.read_text().splitlines() if target.exists() else []
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(_lines([*source.read_text().splitlines(), *known]))


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in dict.fromkeys(lines))


def _is_green(command: list[str]) -> bool:
    """Run one management command, and print how long it took and its last line; all it said when it found something."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, capture_output=True, text=True)
    said = done.stdout.strip().rpartition("\n")[2]
    print(f"{time.monotonic() - began:6.1f} s  {' '.join(command)}: {said}", flush=True)
    if done.returncode:
        print(f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
