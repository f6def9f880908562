"""`make dev` on a copy of the tree: what is saved in code, a template or a style is seen without a restart."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import Stack, start, stop
from tests.services import ROOT
from tests.unit.ops.stripe_sandbox.conftest import eventually

pytestmark = pytest.mark.slow
SEEN_WITHIN = 120.0  # seconds; a machine that runs other tests starts Django slowly


@dataclass
class Tree:
    """A copy of what is under version control, and the portal that runs from it."""

    folder: Path
    stack: Stack

    def save(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    def shows(self, address: str, text: str) -> bool:
        try:
            return text in httpx.get(self.stack.portal + address, timeout=30).text
        except httpx.TransportError:
            return False  # it is starting again


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    folder, var = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("var")
    kept = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in kept.rstrip("\0").split("\0"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    stack = start(var, cwd=folder, options=("--develop",))
    yield Tree(folder, stack)
    stop(stack.process)


def test_a_template_is_seen(tree: Tree) -> None:
    tree.save("templates/components/footer.html", "<footer", "<!-- saved template --><footer")
    eventually(lambda: tree.shows("/", "saved template"), SEEN_WITHIN)


def test_a_style_is_seen(tree: Tree) -> None:
    style = "portal/common/static/portal/css/portal.css"
    (tree.folder / style).write_text((tree.folder / style).read_text() + "/* saved style */")
    eventually(lambda: tree.shows("/static/portal/css/portal.css", "saved style"), SEEN_WITHIN)


def test_python_is_seen(tree: Tree) -> None:
    tree.save("portal/common/health.py", '{"status": "ok"}', '{"status": "saved python"}')
    eventually(lambda: tree.shows("/healthz/", "saved python"), SEEN_WITHIN)
