"""`python -m ops.deploy.backup --to FOLDER`: database, media, audit heads and erasures, whole or not at all.

A backup is a folder named after its time. It appears under that name only when everything in it is written and its
checksums are; until then it ends in `.part`.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ops.deploy.place import DUMP, ERASURES, HEADS, MEDIA, Place, Refused

PREFIX: Final = "portal-"
MANIFEST: Final = "manifest.json"
# Sessions: after a restore everybody signs in again. The cache: it fills itself.
NOT_KEPT: Final = ("django_session", "portal_cache")


def main() -> int:
    """Make one, delete what is older than the newest `--keep`; 1 with a sentence when it fails."""
    parser = argparse.ArgumentParser(prog="python -m ops.deploy.backup", description=__doc__)
    parser.add_argument("--to", type=Path, required=True, help="folder of the backups")
    parser.add_argument("--keep", type=int, default=14, help="how many of the newest to keep")
    parser.add_argument("--recipients", type=Path, help="file of age recipients: every file is encrypted to them")
    options = parser.parse_args()
    try:
        made = backup(Place.from_environment(), options.to, recipients=options.recipients)
    except (Refused, OSError) as error:
        print(f"no backup was made: {error}", file=sys.stderr)
        return 1
    rotate(options.to, options.keep)
    print(made)
    return 0


def backup(place: Place, to: Path, *, recipients: Path | None = None) -> Path:
    """One backup, complete, in a new folder under `to`. Raises Refused or OSError; nothing half-made stays."""
    while (taken_at := _claimed(to)) is None:
        time.sleep(0.1)
    finished, part = _names(to, taken_at)
    try:
        _collect(place, part)
        if recipients:
            _encrypt(part, recipients)
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


def _collect(place: Place, folder: Path) -> None:
    """In this order: no exported head may be newer than the dump, and no erasure or file may be older."""
    _copy(place.heads, folder / HEADS)
    unwanted = [f"--exclude-table-data={table}" for table in NOT_KEPT]
    place.postgres("pg_dump", "--format=custom", "--no-owner", *unwanted, f"--file={folder / DUMP}")
    if place.media:
        with tarfile.open(folder / MEDIA, "w") as archive:
            archive.add(place.media, arcname=".")
    _copy(place.erasures, folder / ERASURES)


def _copy(source: Path, target: Path) -> None:
    """An absent one is an empty one: nothing was sealed, nobody was erased."""
    target.write_bytes(source.read_bytes() if source.exists() else b"")


def _encrypt(folder: Path, recipients: Path) -> None:
    for file in list(folder.iterdir()):
        command = ["age", "-R", str(recipients), "-o", f"{file}.age", str(file)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise Refused(f"age failed: {done.stderr.strip()}")
        file.unlink()


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
