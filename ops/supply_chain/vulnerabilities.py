"""What is known against the packages of a release, asked of a public database by pip-audit.

A build machine may have no way to that database: then one line says that nothing was checked, and the checks go on.
What is known fails them, unless it is on the list below with the reason why it does not concern us.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Final

from ops.supply_chain.shipped import LOCK

# id -> why it does not concern us, with a date to look at it again. Empty: nothing is let through.
ACCEPTED: Final[dict[str, str]] = {}
_COMMAND: Final = ("-r", str(LOCK), "--disable-pip", "--progress-spinner", "off", "--format", "json", "--timeout", "10")
_UNREACHABLE: Final = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "ServiceError", "HTTPError", "ProxyError")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the database said: findings by sentence, and how many packages it knew."""

    known: tuple[str, ...]
    checked: int
    asked: int


def ask() -> Answer:
    """Asks for every pinned package. Raises RuntimeError when pip-audit fails for another reason than the network."""
    done = subprocess.run([sys.executable, "-m", "pip_audit", *_COMMAND], capture_output=True, text=True)
    try:
        return read(json.loads(done.stdout))
    except json.JSONDecodeError:
        if any(name in done.stderr for name in _UNREACHABLE):
            return Answer((), 0, 0)
        raise RuntimeError(done.stderr.strip()[-2000:]) from None


def read(said: dict[str, Any], accepted: dict[str, str] = ACCEPTED) -> Answer:
    """pip-audit's JSON. A package that the database does not know was not checked."""
    packages = said["dependencies"]
    checked = [package for package in packages if "vulns" in package]
    known = tuple(
        f"{package['name']} {package['version']}: {', '.join([found['id'], *found.get('aliases', [])])}"
        f" (mended in {', '.join(found.get('fix_versions', [])) or 'no release yet'})"
        for package in checked
        for found in package["vulns"]
        if not accepted.keys() & {found["id"], *found.get("aliases", [])}
    )
    return Answer(known, len(checked), len(packages))


def sentence(answer: Answer) -> str:
    """One line on what was asked and answered."""
    if not answer.checked:
        return "Known vulnerabilities: not checked, the public database cannot be reached from here."
    found = f"{len(answer.known)} known" if answer.known else "none known"
    return f"Known vulnerabilities: {found} in {answer.checked} of {answer.asked} packages checked."
