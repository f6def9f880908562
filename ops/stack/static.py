"""Static files as production serves them: named by content, compressed. Building takes 20 seconds, so it is kept."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ops.stack.program import ROOT, var_folder


def build(folder: Path, environment: Mapping[str, str]) -> None:
    """Fill `folder` with collectstatic's result, or with a copy of the last one made of the same files."""
    kept = var_folder("built-static") / _fingerprint()
    if not kept.exists():
        command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--clear", "-v0"]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)
        part = kept.with_suffix(f".{os.getpid()}")
        shutil.copytree(folder, part)
        _keep(part, kept)
        return
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(kept, folder)


def _keep(part: Path, kept: Path) -> None:
    try:
        part.rename(kept)
    except OSError:
        shutil.rmtree(part)  # another run kept its own meanwhile


def _fingerprint() -> str:
    """Of every static file of ours, and of the packages that bring theirs."""
    digest = hashlib.sha256((ROOT / "requirements/base.txt").read_bytes())
    for app in ("portal", "payments", "insights", "home"):
        for file in sorted((ROOT / app).rglob("static/**/*")):
            if file.is_file():
                digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]
