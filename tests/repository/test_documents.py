"""The documents say what is true of the code."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.settings import env
from tests.services import ROOT

MARKDOWN = [p for p in ROOT.rglob("*.md") if not {".venv", "var", "node_modules"} & set(p.relative_to(ROOT).parts)]


def test_generated_documents_are_in_step() -> None:
    done = subprocess.run([sys.executable, "-m", "ops.docs.generate", "--check"], cwd=ROOT, capture_output=True)
    assert (done.returncode, done.stdout) == (0, b"")


def test_every_make_target_that_the_readme_names_exists() -> None:
    named = set(re.findall(r"`?make ([a-z-]+)", (ROOT / "README.md").read_text()))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert named - targets == set()


@pytest.mark.parametrize("document", MARKDOWN, ids=lambda p: str(p.relative_to(ROOT)))
def test_relative_links_resolve(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_a_missing_variable_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTAL_SECRET_KEY", raising=False)
    with pytest.raises(ImproperlyConfigured, match="PORTAL_SECRET_KEY is not set"):
        env.text("PORTAL_SECRET_KEY")


@pytest.mark.parametrize(
    ("value", "live", "complaint"),
    [
        ("sk_live_" + "0" * 24, False, "live key; this environment takes test keys only"),
        ("sk_test_" + "0" * 24, True, "test key; this environment takes live keys only"),
        ("nonsense", True, "not a Stripe key"),
        ("pk_test_" + "0" * 24, False, "not a Stripe key"),
    ],
)
def test_stripe_keys_of_the_wrong_mode_are_refused(
    monkeypatch: pytest.MonkeyPatch, value: str, live: bool, complaint: str
) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", value)
    with pytest.raises(ImproperlyConfigured, match=complaint):
        env.stripe_key("STRIPE_SECRET_KEY", kinds="sk|rk", live=live)
