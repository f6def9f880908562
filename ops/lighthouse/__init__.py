"""Lighthouse: what it scores a page of the portal, and what it found wrong."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ops.stack.program import binary, var_folder

HERE: Final = Path(__file__).parent
FLAGS: Final = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --ignore-certificate-errors "
    "--disable-background-networking --disable-component-update --disable-sync"
)
GOOD: Final = 0.9  # an audit below it counts as wrong, as in Lighthouse's own report
TRIES: Final = 3  # a browser that is busy loses its trace at times; Lighthouse then asks to be run again


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of 0 to 100 by category, each audit that cost some (`accessibility color-contrast`), and the time until
    the largest part of the page is drawn (LCP), in milliseconds."""

    scores: dict[str, int]
    wrong: list[str]
    lcp_ms: int


def score(url: str, out: Path, *, profile: Path) -> Scored:
    """Load `url` as a phone does (Lighthouse's default) and judge it; the whole report stays in `out`.

    In a Chromium of its own with `profile`: the page sees the cookies that are kept there. Nobody else may use the
    profile, or watch the browser, meanwhile. Raises RuntimeError when the page could not be judged.
    """
    flags = f"--chrome-flags={FLAGS} --user-data-dir={profile}"
    command = [str(_installed()), url, "--quiet", "--output=json", f"--output-path={out}", flags]
    environment = {**os.environ, "CHROME_PATH": binary("chromium")}
    for _ in range(TRIES):
        out.unlink(missing_ok=True)
        done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)
        if done.returncode == 0:
            return read(json.loads(out.read_text()))
    raise RuntimeError(f"{url} could not be judged: {done.stderr}")


def read(report: dict[str, Any]) -> Scored:
    """Of Lighthouse's JSON. Raises RuntimeError when the page could not be judged."""
    if report.get("runtimeError"):
        raise RuntimeError(report["runtimeError"]["message"])
    categories = report["categories"]
    wrong = [
        f"{name} {part['id']}"
        for name, category in categories.items()
        for part in category["auditRefs"]
        if part["weight"] and _is_wrong(report["audits"][part["id"]]["score"])
    ]
    scores = {name: round(category["score"] * 100) for name, category in categories.items()}
    return Scored(scores, wrong, round(report["audits"]["largest-contentful-paint"]["numericValue"]))


def _is_wrong(score: float | None) -> bool:
    """What does not apply has no score, and costs nothing."""
    return score is not None and score < GOOD


def _installed() -> Path:
    """The locked Lighthouse in a place of its own, made on first use."""
    folder = var_folder("lighthouse")
    locks = [HERE / name for name in ("package.json", "package-lock.json")]
    kept = [folder / lock.name for lock in locks]
    if not all(
        here.exists() and here.read_bytes() == lock.read_bytes() for here, lock in zip(kept, locks, strict=True)
    ):
        _install(folder, locks)
    return folder / "node_modules" / ".bin" / "lighthouse"


def _install(folder: Path, locks: list[Path]) -> None:
    """Beside its place first: what lies there is whole."""
    npm = ["npm", "ci", "--omit=dev", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"]
    making = folder.with_name("lighthouse.new")
    for gone in (making, folder):
        shutil.rmtree(gone, ignore_errors=True)
    making.mkdir(parents=True)
    for lock in locks:
        shutil.copyfile(lock, making / lock.name)
    subprocess.run(npm, cwd=making, check=True)
    making.rename(folder)
