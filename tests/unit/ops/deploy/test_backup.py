"""A backup is whole or not there; a restore refuses before it writes. On a small database of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ops.deploy import backup as backups
from ops.deploy.backup import backup, rotate
from ops.deploy.place import DUMP, ERASURES, HEADS, MEDIA, Place, Refused
from ops.deploy.restore import restore
from tests.services import ROOT

SERVER = os.environ["DATABASE_URL"].rpartition("/")[0]


def run(database: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(f"{SERVER}/{database}", autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def place_in(folder: Path, database: str) -> Place:
    libpq = psycopg.conninfo.conninfo_to_dict(f"{SERVER}/{database}")
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
    return Place(
        database={names[key]: str(value) for key, value in libpq.items() if key in names},
        media=folder / "media", heads=folder / HEADS, erasures=folder / ERASURES,
    )  # fmt: skip


@pytest.fixture
def databases() -> Iterator[tuple[str, str]]:
    """One with a booking and a session in it, and an empty one."""
    names = (f"kept_{os.getpid()}", f"empty_{os.getpid()}")
    for name in names:
        run("postgres", f"CREATE DATABASE {name} TEMPLATE template1")
    run(names[0], "CREATE TABLE booking AS SELECT 1 AS id")
    run(names[0], "CREATE TABLE django_session AS SELECT 'secret' AS key")
    yield names
    for name in names:
        run("postgres", f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def old(tmp_path: Path, databases: tuple[str, str]) -> Place:
    place = place_in(tmp_path / "old", databases[0])
    assert place.media is not None
    (place.media / "public").mkdir(parents=True)
    (place.media / "public/tea.avif").write_text("picture")
    place.heads.write_text('{"sequence": 1}\n')
    place.erasures.write_text('{"user": 7}\n')
    return place


@pytest.fixture
def new(tmp_path: Path, databases: tuple[str, str]) -> Place:
    return place_in(tmp_path / "new", databases[1])


def test_everything_comes_back_on_an_empty_machine_but_the_sessions(old: Place, new: Place, tmp_path: Path) -> None:
    made = backup(old, tmp_path / "backups")
    assert sorted(file.name for file in made.iterdir()) == [HEADS, DUMP, ERASURES, "manifest.json", MEDIA]
    restore(new, made)
    database = new.database["PGDATABASE"]
    assert (run(database, "SELECT id FROM booking"), run(database, "SELECT * FROM django_session")) == ([(1,)], [])
    assert new.media is not None
    assert (new.media / "public/tea.avif").read_text() == "picture"
    assert (new.heads.read_text(), new.erasures.read_text()) == ('{"sequence": 1}\n', '{"user": 7}\n')


def test_who_was_erased_after_the_backup_stays_on_the_list(old: Place, new: Place, tmp_path: Path) -> None:
    made = backup(old, tmp_path / "backups")
    new.erasures.parent.mkdir()
    new.erasures.write_text('{"user": 7}\n{"user": 8}\n')
    restore(new, made)
    assert new.erasures.read_text().splitlines() == ['{"user": 7}', '{"user": 8}']


def test_later_heads_that_survived_are_kept_beside(old: Place, new: Place, tmp_path: Path) -> None:
    made = backup(old, tmp_path / "backups")
    new.heads.parent.mkdir()
    new.heads.write_text('{"sequence": 2}\n')
    restore(new, made)
    (kept,) = new.heads.parent.glob(f"{HEADS}.before-restore-*")
    assert (new.heads.read_text(), kept.read_text()) == ('{"sequence": 1}\n', '{"sequence": 2}\n')


def test_a_damaged_backup_is_refused(old: Place, new: Place, tmp_path: Path) -> None:
    made = backup(old, tmp_path / "backups")
    with (made / DUMP).open("r+b") as dump:
        dump.seek(100)
        dump.write(b"x")
    with pytest.raises(Refused, match="is not as it was written; take an older backup"):
        restore(new, made)
    assert run(new.database["PGDATABASE"], "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_a_database_in_use_is_refused(old: Place, tmp_path: Path) -> None:
    made = backup(old, tmp_path / "backups")
    with pytest.raises(Refused, match="has tables: restore into a new, empty one"):
        restore(old, made)


def test_a_media_folder_in_use_is_refused_before_the_database_is_written(
    old: Place, new: Place, tmp_path: Path
) -> None:
    made = backup(old, tmp_path / "backups")
    assert new.media is not None
    (new.media / "public").mkdir(parents=True)
    (new.media / "public/other.avif").touch()
    with pytest.raises(Refused, match="has files in it: move them away first"):
        restore(new, made)
    assert run(new.database["PGDATABASE"], "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_something_else_is_no_backup(new: Place, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"is not a backup: it has no manifest\.json"):
        restore(new, tmp_path)


def test_an_encrypted_backup_opens_with_its_key_alone(old: Place, new: Place, tmp_path: Path) -> None:
    for name in ("key", "other"):
        subprocess.run(["age-keygen", "-o", str(tmp_path / name)], check=True, capture_output=True)
    told = subprocess.run(["age-keygen", "-y", str(tmp_path / "key")], check=True, capture_output=True, text=True)
    (tmp_path / "recipients").write_text(told.stdout)
    made = backup(old, tmp_path / "backups", recipients=tmp_path / "recipients")
    assert {file.suffix for file in made.iterdir()} == {".age", ".json"}
    with pytest.raises(Refused, match="the backup is encrypted: give --identity"):
        restore(new, made)
    with pytest.raises(Refused, match="does not open"):
        restore(new, made, identity=tmp_path / "other")
    restore(new, made, identity=tmp_path / "key")
    assert run(new.database["PGDATABASE"], "SELECT id FROM booking") == [(1,)]


def test_a_failed_one_leaves_nothing_behind(old: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Place(database={**old.database, "PGDATABASE": "nobody"}, media=None, heads=old.heads, erasures=old.erasures)
    with pytest.raises(Refused, match=r'pg_dump failed: .*database "nobody" does not exist'):
        backup(gone, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_two_that_begin_in_the_same_second_are_two(old: Place, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as both:
        made = list(both.map(lambda _: backup(old, tmp_path / "backups"), range(2)))
    assert sorted(made) == sorted((tmp_path / "backups").iterdir())
    assert len(set(made)) == 2


def test_the_newest_are_kept_and_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    for name in ("portal-20260101T000000Z", "portal-20260102T000000Z", "portal-20260103T000000Z"):
        (tmp_path / name).mkdir()
    (tmp_path / "portal-20260102T120000Z.part").mkdir()
    (tmp_path / "portal-20260104T000000Z.part").mkdir()  # may be running
    (tmp_path / "something-else").mkdir()
    assert rotate(tmp_path, 2) == ["portal-20260101T000000Z", "portal-20260102T120000Z.part"]
    assert rotate(tmp_path, 0) == ["portal-20260102T000000Z"]  # never the last one


def test_media_in_a_bucket_are_not_copied(old: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{SERVER}/{old.database['PGDATABASE']}")
    monkeypatch.setenv("AUDIT_HEADS_FILE", str(old.heads))
    monkeypatch.setenv("MEDIA_BUCKET", "portal-media")
    made = backup(Place.from_environment(), tmp_path / "backups")
    assert sorted(json.loads((made / backups.MANIFEST).read_text())["sha256"]) == [HEADS, DUMP, ERASURES]


def test_the_password_is_in_the_environment_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://portal:s%40cret@db.example:6432/portal?sslmode=require")
    monkeypatch.setenv("AUDIT_HEADS_FILE", str(tmp_path / HEADS))
    assert Place.from_environment().database == {
        "PGHOST": "db.example", "PGPORT": "6432", "PGUSER": "portal", "PGPASSWORD": "s@cret", "PGDATABASE": "portal",
        "PGSSLMODE": "require",
    }  # fmt: skip


@pytest.mark.parametrize("module", ["backup", "restore"])
def test_a_missing_variable_names_itself(module: str, tmp_path: Path) -> None:
    argument = {"backup": ["--to", str(tmp_path)], "restore": [str(tmp_path)]}[module]
    done = subprocess.run(
        [sys.executable, "-m", f"ops.deploy.{module}", *argument], cwd=ROOT, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert (done.returncode, "AUDIT_HEADS_FILE is not set" in done.stderr) == (1, True)
