"""The commands of the operators' documents, run as they stand in a checkout with a portal of its own."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.documents import Block, blocks
from tests.services import ROOT
from tests.unit.ops.stripe_sandbox.conftest import running_sandbox

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("commands")]  # a later block uses what an earlier one made
RUN = [block for block in blocks() if block.kind == "sh" and not block.programs]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's root, with a state folder of its own."""
    root = tmp_path_factory.mktemp("checkout")
    for entry in ROOT.iterdir():
        if entry.name not in ("var", ".git"):
            (root / entry.name).symlink_to(entry)
    (root / "var/media").mkdir(parents=True)
    return root


@pytest.fixture(scope="module")
def environment(checkout: Path) -> Iterator[dict[str, str]]:
    """What the portal runs with: a migrated database with its cache tables, the broker, Stripe's sandbox."""
    admin = os.environ["DATABASE_URL"]
    name = f"commands_{os.getpid()}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE portal_template")
    with running_sandbox() as (sandbox, _):
        known = {
            **os.environ, "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}", "VAR": str(checkout / "var"),
            "DJANGO_SETTINGS_MODULE": "portal.settings.demo", "DATABASE_URL": f"{admin.rpartition('/')[0]}/{name}",
            "STRIPE_API_BASE": sandbox, "AUDIT_HEADS_FILE": str(checkout / "var/audit-heads.jsonl"),
        }  # fmt: skip
        subprocess.run(["python", "manage.py", "createcachetable"], cwd=checkout, env=known, check=True)
        yield known
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("block", RUN, ids=str)
def test_the_block_runs_as_it_stands(block: Block, checkout: Path, environment: dict[str, str]) -> None:
    script = "\n".join(["set -euo pipefail", *block.commands])
    done = subprocess.run(["bash", "-c", script], cwd=checkout, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout[-1500:]}\n{done.stderr[-3000:]}"
