"""`python -m ops.deploy.backup --to FOLDER`: database, media, audit heads and erasures, whole or not at all.

A backup is a folder named after its time. It appears under that name only when everything in it is written and its
checksums are; until then it ends in `.part`. Each file is encrypted with age on its way to the disk; the keys that open
it are on another machine. The portal's own keys (/etc/portal/environment) are in no backup.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from ops.deploy.place import DUMP, ERASURES, HEADS, MEDIA, BackupRefused, Place

PREFIX: Final = "portal-"
MANIFEST: Final = "manifest.json"
RECIPIENTS: Final = Path("/etc/portal/backup-recipients.txt")
# Sessions and the list of them: whoever had their keys would be signed in; after a restore everybody signs in again.
# The cache: it fills itself.
NOT_KEPT: Final = ("django_session", "usersessions_usersession", "portal_cache")


def main() -> int:
    """Make one, delete what is older than the newest `--keep`; 1 with a sentence when it fails."""
    parser = argparse.ArgumentParser(prog="python -m ops.deploy.backup", description=__doc__)
    parser.add_argument("--to", type=Path, required=True, help="folder of the backups")
    parser.add_argument("--keep", type=int, default=14, help="how many of the newest to keep")
    encryption = parser.add_mutually_exclusive_group()
    encryption.add_argument(
        "--recipients", type=Path, default=RECIPIENTS, help=f"file of the age recipients that open it ({RECIPIENTS})"
    )
    encryption.add_argument("--unencrypted", action="store_true", help="readable for whoever has the files")
    options = parser.parse_args()
    try:
        place = Place.from_environment()
        recipients = None if options.unencrypted else _usable(options.recipients)
        made = backup(place, options.to, recipients=recipients)
    except (BackupRefused, OSError) as error:
        print(f"no backup was made: {error}", file=sys.stderr)
        return 1
    rotate(options.to, options.keep)
    print(made)
    return 0


def _usable(recipients: Path) -> Path:
    """Raises BackupRefused when nothing can be encrypted to them."""
    if not recipients.exists():
        raise BackupRefused(
            f"{recipients} does not exist. Backups hold personal data and are encrypted to the age recipients in it: "
            "docs/operations/backup-and-restore.md says how to make them. --unencrypted does without."
        )
    tried = subprocess.run(["age", "-R", str(recipients), "-o", os.devnull], input=b"", capture_output=True)
    if tried.returncode:
        raise BackupRefused(f"{recipients} cannot be used: {tried.stderr.decode().strip()}")
    return recipients


def backup(place: Place, to: Path, *, recipients: Path | None) -> Path:
    """One backup, complete, in a new folder under `to`. Raises BackupRefused or OSError; nothing half-made stays.

    None for `recipients` leaves it readable for whoever has the files.
    """
    while (taken_at := _claimed(to)) is None:
        time.sleep(0.1)
    finished, part = _names(to, taken_at)
    try:
        _collect(place, part, recipients)
        _describe(part, taken_at)
    except BaseException:
        shutil.rmtree(part)
        raise
    part.rename(finished)
    return finished


def _names(to: Path, taken_at: datetime) -> tuple[Path, Path]:
    """Of the finished backup, and of one that is being made."""
    finished = to / f"{PREFIX}{taken_at:%Y%m%dT%H%M%SZ}"
    return finished, finished.with_suffix(".part")


def _claimed(to: Path) -> datetime | None:
    """This moment, with the folder made; None when another backup bears this second's name."""
    now = datetime.now(UTC)
    finished, part = _names(to, now)
    try:
        part.mkdir(parents=True, mode=0o700)
    except FileExistsError:
        return None
    if finished.exists():
        part.rmdir()
        return None
    return now


def _collect(place: Place, folder: Path, recipients: Path | None) -> None:
    """In this order: no exported head may be newer than the dump, and no erasure or file may be older."""
    with _written(folder / HEADS, recipients) as heads:
        heads.write(_content(place.heads))
    unwanted = [f"--exclude-table-data={table}" for table in NOT_KEPT]
    with _written(folder / DUMP, recipients) as dump:
        place.postgres("pg_dump", "--format=custom", "--no-owner", *unwanted, to=dump)
    if place.media:
        with (
            _written(folder / MEDIA, recipients) as media,
            tarfile.open(fileobj=media, mode="w|") as archive,
        ):
            archive.add(place.media, arcname=".")
    with _written(folder / ERASURES, recipients) as erasures:
        erasures.write(_content(place.erasures))


def _content(file: Path) -> bytes:
    """An absent one is an empty one: nothing was sealed, nobody was erased."""
    return file.read_bytes() if file.exists() else b""


@contextmanager
def _written(file: Path, recipients: Path | None) -> Iterator[IO[bytes]]:
    """The file to write to; with recipients a pipe to age: nothing readable touches the disk. Raises BackupRefused."""
    if recipients is None:
        with file.open("wb") as readable:
            yield readable
        return
    command = ["age", "-R", str(recipients), "-o", f"{file}.age"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as age:
        assert age.stdin is not None
        assert age.stderr is not None
        with age.stdin:
            yield age.stdin
        complaint = age.stderr.read()
    if age.returncode:
        raise BackupRefused(f"age failed: {complaint.decode().strip()}")


def _describe(folder: Path, taken_at: datetime) -> None:
    files = {file.name: digest(file) for file in sorted(folder.iterdir())}
    (folder / MANIFEST).write_text(json.dumps({"taken_at": taken_at.isoformat(), "sha256": files}, indent=2) + "\n")


def digest(file: Path) -> str:
    """SHA-256 of the file's content, as hexadecimal digits."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def rotate(folder: Path, keep: int) -> list[str]:
    """Delete all but the `keep` newest backups, and what a run that was killed left; returns their names."""
    finished = sorted(p for p in folder.glob(f"{PREFIX}*") if p.suffix != ".part")
    old = finished[: max(len(finished) - max(keep, 1), 0)]
    newest = finished[-1].name if finished else ""
    left = [p for p in folder.glob(f"{PREFIX}*.part") if p.stem < newest]
    for unwanted in (*old, *left):
        shutil.rmtree(unwanted)
    return [unwanted.name for unwanted in (*old, *left)]


if __name__ == "__main__":
    sys.exit(main())
