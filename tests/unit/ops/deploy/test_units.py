"""What is installed beside the code: systemd units, log rotation, folders. Checked by the programs that read them."""

import os
import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from ops.deploy.nginx import Site
from portal.celery import app
from tests.services import ROOT
from tests.unit.ops.deploy.units import PREFIX, SYSTEMD, command, unit

SERVICES = sorted(file.name for file in SYSTEMD.glob("*.service"))
WORKERS = ["portal-worker.service", "portal-mirror.service"]
DEPLOY = ROOT / "ops/deploy"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine's folders, with the units and what they start."""
    root = tmp_path_factory.mktemp("machine")
    (root / "etc/systemd").mkdir(parents=True)
    shutil.copytree(SYSTEMD, root / "etc/systemd/system")
    for name in SERVICES:
        for line in (*unit(name)["ExecStart"], *unit(name).get("ExecReload", [])):
            program = root / line.split()[0].lstrip("/")
            program.parent.mkdir(parents=True, exist_ok=True)
            program.touch(mode=0o755)
    return root


def test_systemd_takes_every_unit(machine: Path) -> None:
    names = [file.name for file in sorted(SYSTEMD.iterdir())]
    assert names == [
        "portal-backup.service", "portal-backup.timer", "portal-beat.service", "portal-mirror.service",
        "portal-web.service", "portal-worker.service", "portal.target",
    ]  # fmt: skip
    done = subprocess.run(
        ["systemd-analyze", "verify", f"--root={machine}", "--recursive-errors=no", "--man=no", *names],
        capture_output=True, text=True,
    )  # fmt: skip
    complaints = [line for line in done.stderr.splitlines() if "portal" in line]
    assert (done.returncode, complaints) == (0, [])


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_little(name: str) -> None:
    """systemd's own scale from 0 (nothing) to 10 (anything)."""
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=20", str(SYSTEMD / name)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-300:]


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_starts_is_in_the_release(name: str) -> None:
    table = unit(name)
    assert table["EnvironmentFile"] == ["/etc/portal/environment"]
    for line in (*table["ExecStart"], *table.get("ExecReload", [])):
        program = line.split()[0]
        assert program.startswith(PREFIX)
        inside = ROOT / program.removeprefix(PREFIX)
        assert inside.exists()


def test_each_queue_has_its_worker_and_nothing_else() -> None:
    commands = [command(name, root=ROOT) for name in WORKERS]
    queues = {parts[parts.index("--queues") + 1] for parts in commands}
    routed = {route["queue"] for route in app.conf.task_routes.values()}
    assert queues == {app.conf.task_default_queue, *routed}
    names = {parts[parts.index("--hostname") + 1] for parts in commands}
    assert names == {"ledger@%h", "mirror@%h"}


@pytest.mark.parametrize("name", ["portal-web.service", *WORKERS, "portal-beat.service"])
def test_only_the_main_process_is_told_to_stop_and_has_time_to(name: str) -> None:
    table = unit(name)
    assert table["KillMode"] == ["mixed"]
    least = {"portal-web.service": 30, "portal-beat.service": 0}.get(name, 120)
    assert int(table["TimeoutStopSec"][0]) > least


def test_the_target_starts_every_service_that_runs_all_the_time() -> None:
    running = {name for name in SERVICES if unit(name).get("Restart") == ["always"]}
    assert set(unit("portal.target")["Wants"][0].split()) == running
    assert all(unit(name)["PartOf"] == ["portal.target"] for name in running)


def test_logrotate_takes_its_file_and_rotates_both_logs(tmp_path: Path) -> None:
    text = (DEPLOY / "logrotate/portal").read_text()
    logs = [tmp_path / "portal-access.log", tmp_path / "portal-error.log"]
    for log in logs:
        log.write_text("a line\n" * 1000)
    configuration = tmp_path / "portal"
    configuration.write_text(
        text.replace("/var/log/portal-nginx", str(tmp_path)).replace("/run/nginx.pid", "/run/no-pid")
    )
    configuration.chmod(0o644)
    state = tmp_path / "state"
    tool = shutil.which("logrotate") or "/usr/sbin/logrotate"
    dry = subprocess.run([tool, "-d", "-s", str(state), str(configuration)], capture_output=True, text=True)
    assert (dry.returncode, [line for line in dry.stderr.splitlines() if line.startswith("error:")]) == (0, [])
    subprocess.run([tool, "-f", "-s", str(state), str(configuration)], check=True, capture_output=True)
    assert sorted(file.name for file in tmp_path.glob("*.1")) == ["portal-access.log.1", "portal-error.log.1"]


def test_debians_own_rule_for_nginx_does_not_rotate_them_too() -> None:
    """logrotate refuses a file that two rules name."""
    (ours,) = re.findall(r"^(/\S+) \{", (DEPLOY / "logrotate/portal").read_text(), re.MULTILINE)
    assert str(Path(ours).parent) == str(Site.log) != "/var/log/nginx"


def test_evidence_is_not_rotated() -> None:
    text = (DEPLOY / "logrotate/portal").read_text()
    assert re.findall(r"^[^#\n]*/var/log/portal/", text, re.MULTILINE) == []


def test_the_journal_keeps_the_security_log_as_long_as_the_documents_say() -> None:
    kept = (DEPLOY / "journald/portal.conf").read_text()
    assert re.findall(r"^(\w+)=(.+)$", kept, re.MULTILINE) == [
        ("Storage", "persistent"),
        ("MaxRetentionSec", "90day"),
        ("MaxFileSec", "1day"),
        ("SystemMaxUse", "4G"),
    ]
    assert "kept for 90 days" in " ".join((ROOT / "docs/operations/observability.md").read_text().split())


def test_every_folder_that_a_service_writes_is_made() -> None:
    lines = [line.split() for line in (DEPLOY / "tmpfiles/portal.conf").read_text().splitlines() if line[:1] == "d"]
    made = {path for _, path, *_ in lines}
    written = {path for name in SERVICES for path in unit(name)["ReadWritePaths"][0].split()}
    assert written <= made
    assert all(re.fullmatch(r"0[75][05][05]", mode) for _, _, mode, *_ in lines)


def test_the_folders_are_made_as_written(tmp_path: Path) -> None:
    """By systemd-tmpfiles, under a root of its own, with this account for the portal's."""
    text = (
        (DEPLOY / "tmpfiles/portal.conf")
        .read_text()
        .replace("portal portal", "www www")
        .replace("root   root", "www www")
        .replace("root   adm", "www www")
    )
    text = text.replace("www www", f"{os.getuid()} {os.getgid()}")
    (tmp_path / "etc/tmpfiles.d").mkdir(parents=True)
    (tmp_path / "etc/tmpfiles.d/portal.conf").write_text(text)
    done = subprocess.run(
        ["systemd-tmpfiles", "--create", f"--root={tmp_path}", "portal.conf"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert oct((tmp_path / "srv/portal/var/media/signed").stat().st_mode)[-3:] == "750"
    assert oct((tmp_path / "var/backups/portal").stat().st_mode)[-3:] == "700"


def test_the_journal_is_sent_elsewhere_over_tls_with_a_certificate_at_either_end() -> None:
    """Of systemd's own names (journal-upload.conf(5)); one that it does not know, it only warns of."""
    sent = ConfigParser(strict=True, delimiters="=", interpolation=None)
    sent.optionxform = str  # type: ignore[assignment, method-assign]
    sent.read_string((DEPLOY / "journald/upload.conf").read_text())
    assert sent.sections() == ["Upload"]
    assert dict(sent["Upload"]) == {
        "URL": "https://logs.example.org:19532",
        "ServerKeyFile": "/etc/portal/journal-upload.key",
        "ServerCertificateFile": "/etc/portal/journal-upload.crt",
        "TrustedCertificateFile": "/etc/portal/journal-upload-ca.crt",
    }
    guide = (ROOT / "docs/operations/observability.md").read_text()
    assert "ops/deploy/journald/upload.conf /etc/systemd/journal-upload.conf.d/portal.conf" in guide
