"""What a release ships is listed, licensed, and held against what is known."""

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from ops.supply_chain import licences, sbom, vulnerabilities
from ops.supply_chain.shipped import Part, normal, packages, parts, vendored
from tests.services import ROOT

LOCKED = """\
Babel==2.18.0 \\
    --hash=sha256:{a} \\
    --hash=sha256:{b}
not-installed-here==1.0 ; sys_platform == 'win32' \\
    --hash=sha256:{a}
""".format(a="a" * 64, b="b" * 64)


def test_every_licence_of_a_release_is_known_and_allowed() -> None:
    assert licences.refused(parts()) == []


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("MIT", []),
        ("Apache-2.0 OR GPL-3.0-only", []),
        ("", ["thing 1 does not say its licence"]),
        ("GPL-3.0-only", ["thing 1: GPL-3.0-only is not on the list of licences"]),
        ("MIT AND AGPL-3.0-only", ["thing 1: AGPL-3.0-only is not on the list of licences"]),
        ("Other/Proprietary License", ["thing 1: Other/Proprietary License is not on the list of licences"]),
    ],
)
def test_an_unknown_or_incompatible_licence_is_refused(licence: str, expected: list[str]) -> None:
    assert licences.refused([Part("thing", "1", licence)]) == expected


def test_a_package_is_read_with_its_version_licence_and_hashes(tmp_path: Path) -> None:
    (tmp_path / "lock.txt").write_text(LOCKED)
    babel, unknown = packages(tmp_path / "lock.txt")
    assert (babel.version, babel.licence, babel.hashes) == ("2.18.0", "BSD License", ("a" * 64, "b" * 64))
    assert (unknown.name, unknown.licence, unknown.hashes) == ("not-installed-here", "", ("a" * 64,))


def test_what_is_installed_here_is_what_the_lock_says() -> None:
    here = {normal(found.name): found.version for found in metadata.distributions()}
    versions: dict[str, set[str]] = {}
    for part in packages():
        versions.setdefault(normal(part.name), set()).add(part.version)
    differing = {name: here[name] for name, pinned in versions.items() if name in here and here[name] not in pinned}
    assert differing == {}


def test_every_file_made_elsewhere_is_listed_with_its_licence_beside_it() -> None:
    fonts = [*(ROOT / "portal/common/static").rglob("*.woff2"), *(ROOT / "payments/fonts").glob("*.ttf")]
    scripts = list(ROOT.glob("*/static/*/vendor/*/*.js"))
    listed = sum(len(part.hashes) for part in vendored())
    beside = [
        [found for kind in ("*OFL*", "*Apache*", "LICENSE*") for found in path.parent.glob(kind)]
        for path in (*fonts, *scripts)
    ]
    assert (len(fonts) + len(scripts), all(beside)) == (listed, True)


def test_the_vendored_chart_library_is_the_version_that_is_listed() -> None:
    script = (ROOT / "insights/static/insights/vendor/chart.js/chart.umd.min.js").read_text()
    [version] = [part.version for part in vendored() if part.name == "chart.js"]
    assert script.startswith(f"/*!\n * Chart.js v{version}\n")


def test_the_bill_of_materials_obeys_its_schema_and_holds_every_part() -> None:
    text = sbom.as_json(sbom.bill())
    held = {(part["name"], part["version"]) for part in json.loads(text)["components"]}
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert held == {(part.name, part.version) for part in parts()}


def test_the_bill_says_what_needs_what() -> None:
    shipped = [Part("web", "1", "MIT", needs=("db",)), Part("db", "2", "MIT OR Apache-2.0")]
    said = json.loads(sbom.as_json(sbom.bill(shipped)))["dependencies"]
    assert {row["ref"]: row.get("dependsOn") for row in said} == {
        "caregiver-portal": ["db@2", "web@1"],
        "web@1": ["db@2"],
        "db@2": None,
    }


KNOWN = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["2.1"]}
SAID = {
    "dependencies": [
        {"name": "db", "version": "2.0", "vulns": [KNOWN]},
        {"name": "web", "version": "1.0", "vulns": []},
        {"name": "unheard", "skip_reason": "not found"},
    ]
}


def test_a_known_vulnerability_is_said_with_the_release_that_mends_it() -> None:
    answer = vulnerabilities.read(SAID, {})
    assert answer == vulnerabilities.Answer(("db 2.0: PYSEC-2026-1, CVE-2026-1 (mended in 2.1)",), 2, 3)
    assert vulnerabilities.sentence(answer) == "Known vulnerabilities: 1 known in 2 of 3 packages checked."


@pytest.mark.parametrize("name", ["PYSEC-2026-1", "CVE-2026-1"])
def test_one_on_the_reasoned_list_is_let_through(name: str) -> None:
    answer = vulnerabilities.read(SAID, {name: "we never call it"})
    assert vulnerabilities.sentence(answer) == "Known vulnerabilities: none known in 2 of 3 packages checked."


NOT_REACHED = "Known vulnerabilities: not checked, the public database cannot be reached from here."


@pytest.mark.parametrize(
    ("stdout", "stderr"),
    [
        ("", "requests.exceptions.ConnectionError: Failed to resolve"),
        (json.dumps({"dependencies": [{"name": "db", "skip_reason": "not found"}]}), ""),
    ],
)
def test_no_way_to_the_database_is_one_line_and_no_failure(
    monkeypatch: pytest.MonkeyPatch, stdout: str, stderr: str
) -> None:
    _answers(monkeypatch, stdout, stderr)
    assert vulnerabilities.sentence(vulnerabilities.ask()) == NOT_REACHED


def test_another_fault_of_the_checker_is_not_taken_for_a_missing_network(monkeypatch: pytest.MonkeyPatch) -> None:
    _answers(monkeypatch, "", "ModuleNotFoundError: No module named 'pip_audit'")
    with pytest.raises(RuntimeError, match="No module named 'pip_audit'"):
        vulnerabilities.ask()


def _answers(monkeypatch: pytest.MonkeyPatch, stdout: str, stderr: str) -> None:
    done = subprocess.CompletedProcess([], 1, stdout, stderr)
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_kwargs: done)


def test_every_import_is_declared_and_everything_declared_is_imported() -> None:
    options = ["--config", "requirements/deptry.toml", "--no-ansi"]
    command = [str(Path(sys.executable).with_name("deptry")), *options, "portal", "payments", "insights", "home"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "Success! No dependency issues found.")
