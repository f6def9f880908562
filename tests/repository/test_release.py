"""What `git archive` makes of HEAD, an operator's portal: no account or key in it is published."""

import io
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Final

import pytest

from ops.demo import PASSWORD
from portal.settings import demo, test
from tests.installed import PRODUCTION
from tests.services import ROOT

PUBLISHED: Final = {
    PASSWORD, demo.SECRET_KEY, demo.AUDIT_HMAC_KEY, demo.STRIPE_SECRET_KEY, *demo.ENCRYPTION_KEYS,
    test.SECRET_KEY, test.AUDIT_HMAC_KEY, test.STRIPE_SECRET_KEY, *test.ENCRYPTION_KEYS,
}  # fmt: skip
OPERATED: Final = ("ops.deploy.backup", "ops.deploy.restore", "ops.deploy.nginx")
ENVIRONMENT: Final = {
    **PRODUCTION, "DJANGO_SETTINGS_MODULE": "portal.settings.production", "AUDIT_HEADS_FILE": "/dev/null",
    "DATABASE_URL": "postgres://portal:portal@127.0.0.1:5432/portal", "BROKER_URL": "redis://127.0.0.1:6379/0",
}  # fmt: skip


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def run(release: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A Python command that sees the release and the installed packages, and not this checkout."""
    environment = {**ENVIRONMENT, "VAR": str(release / "var"), "PATH": "/usr/bin:/bin"}
    return subprocess.run([sys.executable, *command], cwd=release, env=environment, capture_output=True, text=True)


def test_no_file_has_a_password_or_key_that_is_published(release: Path) -> None:
    files = [file for file in release.rglob("*") if file.is_file()]
    assert len(files) > 500
    known = [secret.encode() for secret in PUBLISHED]
    assert [str(file) for file in files if any(secret in file.read_bytes() for secret in known)] == []


def test_settings_are_those_of_deployed_portals(release: Path) -> None:
    names = {file.stem for file in (release / "portal/settings").glob("*.py")}
    imported = {
        "accounts",
        "base",
        "celery",
        "deployed",
        "email",
        "env",
        "media",
        "policies",
        "site",
        "stripe",
        "wagtail",
    }
    assert names == {"__init__", "production", "staging", *imported}


def test_it_has_neither_tests_nor_what_only_they_use(release: Path) -> None:
    assert not (release / "tests").exists()
    left_out = {"bench", "chaos", "demo", "development", "load", "stripe_sandbox", "volume"}
    assert left_out & {folder.name for folder in (release / "ops").iterdir()} == set()


def test_production_is_ready_to_deploy_from_the_release_alone(release: Path) -> None:
    done = run(release, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("System check identified no issues")


def test_pages_and_tasks_load_from_the_release_alone(release: Path) -> None:
    load = "import portal, portal.wsgi, portal.celery, portal.urls; portal.celery.app.loader.import_default_modules()"
    done = run(release, "-c", f"{load}; print(portal.__file__)")
    assert (done.returncode, done.stdout) == (0, f"{release}/portal/__init__.py\n"), done.stderr


@pytest.mark.parametrize("command", ["seed_demo", "seed_volume"])
def test_it_cannot_invent_people_or_bookings(release: Path, command: str) -> None:
    assert f"Unknown command: '{command}'" in run(release, "manage.py", command).stderr


@pytest.mark.parametrize("module", OPERATED)
def test_operators_programs_run_from_the_release_alone(release: Path, module: str) -> None:
    done = run(release, "-m", module, "--help")
    assert (done.returncode, done.stdout.startswith("usage:")) == (0, True), done.stderr
