"""What a load run may be asked for, and what it will not do."""

import json
import re
from pathlib import Path

import pytest

from ops.load.limits import SCENARIOS
from ops.load.options import read
from ops.stack.program import ROOT


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        read(list(arguments))
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.fixture
def fixture(tmp_path: Path) -> Path:
    path = tmp_path / "fixture.json"
    path.write_text(json.dumps({"cdn": True, "webhook": {"events": "none"}}))
    return path


def test_the_defaults_load_the_demo_on_this_machine() -> None:
    asked = read([])
    assert (asked.url, asked.duration, asked.vus, asked.ways) == ("http://127.0.0.1:8000", "60s", 10, ("portal",))
    assert asked.scenarios == ("booking", "media", "dashboard")


@pytest.mark.parametrize("url", ["https://portal.example.org", "http://127.0.0.1.example.org:8000", "http://10.0.0.1/"])
def test_another_machine_is_refused_without_the_switch(capsys: pytest.CaptureFixture[str], url: str) -> None:
    assert "is not this machine" in refusal(capsys, "--url", url)
    assert read(["--url", url, "--allow-remote"]).url == url.rstrip("/")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--scenario", "booking,nonsense"], "nonsense: there are booking, media"),
        (["--duration", "fast"], "'fast' is no duration"),
        (["--vus", "0"], "'0' is no number of users"),
        (["--scenario", "webhooks"], "webhooks needs events to send"),
    ],
)
def test_what_makes_no_run_is_refused(capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str) -> None:
    assert sentence in refusal(capsys, *arguments)


def test_all_are_all(fixture: Path) -> None:
    assert read(["--scenario", "all", "--fixture", str(fixture)]).scenarios == tuple(SCENARIOS)


@pytest.mark.parametrize(
    ("switches", "ways"),
    [
        ([], ("cdn", "portal")),
        (["--with-cdn"], ("cdn",)),
        (["--without-cdn"], ("portal",)),
        (["--without-cdn", "--with-cdn"], ("cdn", "portal")),
    ],
)
def test_media_are_played_through_the_cdn_without_it_or_both(
    fixture: Path, switches: list[str], ways: tuple[str, ...]
) -> None:
    assert read(["--fixture", str(fixture), *switches]).ways == ways


def test_every_command_of_the_documents_is_taken(fixture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    documents = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    named = [line for path in documents for line in re.findall(r"run-load-tests\.sh( [^`\n]+)", path.read_text())]
    assert named
    for command in named:
        arguments = [str(fixture) if part.endswith(".json") else part for part in command.split()]
        if "--help" not in arguments:
            read(arguments)
