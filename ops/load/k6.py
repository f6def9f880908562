"""k6: where it is, and one run of it."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ops.load.limits import Measurement
from ops.load.options import Options
from ops.stack.program import binary, var_folder

HERE: Final = Path(__file__).parent
LOCK: Final = HERE / "requirements.txt"
BREACHED: Final = 99


@dataclass(frozen=True, slots=True)
class Ran:
    """How k6 ended, and its metrics: `{"deposit_page": {"p(95)": 210.5, "count": 80, ...}}`."""

    status: int
    metrics: dict[str, dict[str, float]]
    said: str


def program() -> str:
    """K6_BIN, or the locked k6 in a place of its own, made on first use."""
    named = os.environ.get("K6_BIN")
    return binary(named) if named else str(_installed())


def _installed() -> Path:
    folder = var_folder("venvs") / "k6"
    mark = folder / "installed.txt"
    if not mark.exists() or mark.read_bytes() != LOCK.read_bytes():
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "--quiet", "--clear", str(folder)], check=True)
        install = ["pip", "install", "--quiet", "--require-hashes", "--python", str(folder), "-r", str(LOCK)]
        subprocess.run([*uv, *install], check=True)
        shutil.copyfile(LOCK, mark)
    return folder / "bin" / "k6"


def run(name: str, options: Options, measurements: tuple[Measurement, ...], folder: Path) -> Ran:
    """One scenario; leaves `<name>.json`, `<name>.html` (k6's own report) and `<name>.log` in `folder`."""
    summary, log = folder / f"{name}.json", folder / f"{name}.log"
    command = [program(), "run", "--quiet", "--summary-export", str(summary), str(HERE / "scenarios" / f"{name}.js")]
    environment = {**os.environ, **_environment(options, measurements, folder / f"{name}.html")}
    with log.open("wb") as said:
        done = subprocess.run(command, env=environment, stdout=said, stderr=subprocess.STDOUT)
    metrics = json.loads(summary.read_text())["metrics"] if summary.exists() else {}
    return Ran(done.returncode, {key: _values(told) for key, told in metrics.items()}, log.read_text())


def _values(told: dict[str, Any]) -> dict[str, float]:
    """k6 calls a rate's share of true values `value`, as it calls a gauge's."""
    rate = {"rate": told["value"]} if "passes" in told else {}
    return {**{key: value for key, value in told.items() if key != "thresholds"}, **rate}


def _environment(options: Options, measurements: tuple[Measurement, ...], report: Path) -> dict[str, str]:
    limited = [measurement for measurement in measurements if measurement.at_most is not None]
    return {
        "BASE_URL": options.url,
        "VUS": str(options.vus),
        "DURATION": options.duration,
        "THINK": str(options.think),
        "WAYS": ",".join(options.ways),
        "FIXTURE": json.dumps(options.fixture),
        "THRESHOLDS": json.dumps({measurement.metric: [measurement.threshold] for measurement in limited}),
        "K6_NO_USAGE_REPORT": "true",
        "K6_WEB_DASHBOARD": "true",
        "K6_WEB_DASHBOARD_PORT": "-1",
        "K6_WEB_DASHBOARD_PERIOD": "1s",
        "K6_WEB_DASHBOARD_EXPORT": str(report),
        "K6_BROWSER_HEADLESS": "true",
        "K6_BROWSER_EXECUTABLE_PATH": shutil.which("chromium") or "",
        "K6_BROWSER_ARGS": "no-sandbox,disable-quic,no-first-run,disable-background-networking,disable-sync",
    }
