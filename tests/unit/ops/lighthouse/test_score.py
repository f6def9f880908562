import json
from pathlib import Path

import pytest

from ops import lighthouse
from ops.lighthouse import Scored, read, score

LOSES_TRACES = """#!/bin/sh
echo run >> {runs}
[ $(wc -l < {runs}) -ge {well} ] || { echo "Please run Lighthouse again. (NO_NAVSTART)" >&2; exit 1; }
for option; do case $option in --output-path=*) echo '{report}' > "${option#*=}";; esac; done
"""
LARGEST = {"largest-contentful-paint": {"score": 1.0, "numericValue": 1234.5}}


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, *, well: int) -> Path:
    """Takes Lighthouse's place: loses its trace until the run `well`. Returns the file with a line for each run."""
    runs, script = folder / "runs", folder / "lighthouse"
    report = json.dumps({"categories": {}, "audits": LARGEST})
    script.write_text(
        LOSES_TRACES.replace("{runs}", str(runs)).replace("{well}", str(well)).replace("{report}", report)
    )
    script.chmod(0o755)
    monkeypatch.setattr(lighthouse, "_installed", lambda: script)
    return runs


def test_lighthouse_is_run_again_when_the_browser_lost_its_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = program(tmp_path, monkeypatch, well=3)
    assert score("https://portal.example/", tmp_path / "report.json", profile=tmp_path) == Scored({}, [], 1234)
    assert runs.read_text().count("run") == 3


def test_a_page_that_lighthouse_fails_on_each_time_is_an_error_with_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = program(tmp_path, monkeypatch, well=9)
    with pytest.raises(RuntimeError, match=r"https://portal.example/ could not be judged: .*NO_NAVSTART"):
        score("https://portal.example/", tmp_path / "report.json", profile=tmp_path)
    assert runs.read_text().count("run") == lighthouse.TRIES


def test_what_cost_a_score_is_named_and_what_does_not_apply_or_weighs_nothing_is_not() -> None:
    audits = {"color-contrast": 0.0, "document-title": 1.0, "video-caption": None, "long-tasks": 0.5}
    parts = [{"id": name, "weight": int(name != "long-tasks")} for name in audits]
    report = {
        "categories": {"accessibility": {"score": 0.934, "auditRefs": parts}},
        "audits": {name: {"score": score} for name, score in audits.items()} | LARGEST,
    }
    assert read(report) == Scored({"accessibility": 93}, ["accessibility color-contrast"], 1234)


def test_a_page_that_could_not_be_judged_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="refused to connect"):
        read({"runtimeError": {"message": "The page refused to connect."}})
