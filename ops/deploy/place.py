"""What of a running portal has to be kept, and where it lies: read from the variables that the portal runs with."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Self

import dj_database_url

ROOT: Final = Path(__file__).resolve().parents[2]
DUMP: Final = "database.dump"
MEDIA: Final = "media.tar"
HEADS: Final = "audit-heads.jsonl"
ERASURES: Final = "erasures.jsonl"


class BackupRefused(RuntimeError):
    """Nothing was done; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """`media` is None when media lie in a bucket, whose versions are its backup."""

    database: Mapping[str, str]
    media: Path | None
    heads: Path
    erasures: Path

    @classmethod
    def from_environment(cls) -> Self:
        """Raises BackupRefused when a variable is missing."""
        heads = Path(_variable("AUDIT_HEADS_FILE"))
        return cls(
            database=_libpq(_variable("DATABASE_URL")),
            media=None if os.environ.get("MEDIA_BUCKET") else ROOT / _variable("VAR") / "media",
            heads=heads,
            erasures=Path(os.environ.get("ERASURES_FILE") or heads.with_name(ERASURES)),
        )

    def postgres(self, *command: str, to: IO[bytes] | int = subprocess.PIPE) -> str:
        """Run one of PostgreSQL's programs on the database; its password is on no command line. Raises BackupRefused.

        Returns what it printed, unless that goes to the file or pipe `to`.
        """
        environment = {**os.environ, **self.database}
        done = subprocess.run(command, env=environment, stdout=to, stderr=subprocess.PIPE)
        if done.returncode:
            raise BackupRefused(f"{command[0]} failed: {done.stderr.decode().strip()[-2000:]}")
        return (done.stdout or b"").decode()


def _variable(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise BackupRefused(f"{name} is not set: run it with the portal's own environment (/etc/portal/environment).")
    return value


def _libpq(url: str) -> dict[str, str]:
    """The variables of PostgreSQL's client library for a DATABASE_URL."""
    parsed = dj_database_url.parse(url)
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    given = {variable: str(parsed[name]) for variable, name in names.items() if parsed.get(name)}  # type: ignore[literal-required]
    options = {f"PG{name.upper()}": str(value) for name, value in parsed.get("OPTIONS", {}).items()}
    return {**given, **options}
