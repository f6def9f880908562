"""Every command that a document names can be run as it is written."""

import re
import shlex
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import resolve

from tests.services import ROOT

DOCUMENTS: Final = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "ops").rglob("README.md")])
TARGETS: Final = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
OPTION: Final = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def code(document: Path) -> list[str]:
    """The document's commands: lines of code blocks (a trailing backslash joins them) and inline code."""
    text = document.read_text()
    fenced = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    indented = re.findall(r"^(?: {4}|\t)(.+(?:\\\n.+)*)", text, re.MULTILINE)
    outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`]+)`", outside)
    blocks = "\n".join([*fenced, *indented]).replace("\\\n", " ").splitlines()
    return [" ".join(line.split()) for line in [*blocks, *inline]]


def commands(pattern: str) -> list[tuple[str, str]]:
    """(what is named, the whole command) for each command of the documents that matches, once."""
    found = {
        (match[1], line) for document in DOCUMENTS for line in code(document) if (match := re.search(pattern, line))
    }
    return sorted(found)


MANAGE: Final = commands(r"manage\.py ([a-z_]+)")
MODULES: Final = commands(r"(?<![\w/])python3? -m ([a-z_.]+)")  # with a path before it: another environment's
MAKE: Final = commands(r"(?:^|\s)make ([a-z-]+)")
CURL: Final = [command for _, command in commands(r"(curl) ")]


def test_the_documents_name_commands_of_each_kind() -> None:
    assert ({"demo", "test"} <= {name for name, _ in MAKE}, len(MANAGE) > 4, len(MODULES) > 3) == (True, True, True)


@pytest.mark.parametrize(("target", "command"), MAKE)
def test_every_make_target_exists(target: str, command: str) -> None:
    assert target in TARGETS, command


@pytest.mark.parametrize(("name", "command"), MANAGE)
def test_every_management_command_takes_what_is_written(name: str, command: str) -> None:
    app = get_commands()[name]
    loaded = load_command_class(app, name) if isinstance(app, str) else app
    usage = loaded.create_parser("manage.py", name).format_help()
    assert usage.startswith("usage: manage.py")
    assert [option for option in OPTION.findall(command) if option not in usage] == []


@cache
def usage_of(module: str) -> str:
    """What `python -m module --help` prints; a module that does not read its arguments would just start."""
    found = find_spec(f"{module}.__main__" if (ROOT / module.replace(".", "/")).is_dir() else module)
    assert found is not None
    assert found.origin is not None
    sources = [Path(found.origin), *Path(found.origin).parent.glob("options.py")]
    assert any("ArgumentParser" in source.read_text() for source in sources), f"{module} takes no --help"
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr[-1000:]
    return done.stdout


@pytest.mark.parametrize(("module", "command"), MODULES)
def test_every_module_takes_what_is_written(module: str, command: str) -> None:
    usage = usage_of(module)
    assert usage.startswith("usage:")
    assert [option for option in OPTION.findall(command) if option not in usage] == []


@pytest.mark.parametrize("command", CURL)
def test_curl_asks_for_addresses_that_somebody_answers(command: str) -> None:
    """The CDN's paths are nginx's; the portal's are routes of its own (a path that only Wagtail might know fails)."""
    paths = [re.sub(r"^\w+://[^/]+", "", part) for part in shlex.split(command.split("|")[0]) if "://" in part]
    assert paths, command
    locations = re.findall(r"location [=^~ ]*(/\S+)", (ROOT / "ops/cdn/nginx.conf.template").read_text())
    of_the_cdn = [path for path in paths if any(path.startswith(location) for location in locations if location != "/")]
    for path in set(paths) - set(of_the_cdn):
        assert resolve(path).url_name != "wagtail_serve", path


@pytest.mark.parametrize(
    "path", ["/healthz/", "/readyz/", "/metrics", "/admin/", "/accounts/2fa/", "/admin/insights/data.json"]
)
def test_addresses_that_the_documents_lean_on_are_routes(path: str) -> None:
    assert any(f"`{path}`" in document.read_text() for document in DOCUMENTS)
    assert resolve(path).url_name != "wagtail_serve"
