"""The systemd units as a table: {unit: {key: [values]}}."""

from pathlib import Path

from tests.services import ROOT

SYSTEMD = ROOT / "ops/deploy/systemd"
PREFIX = "/srv/portal/current/"


def unit(name: str) -> dict[str, list[str]]:
    """Every key of a unit with its values, in order."""
    table: dict[str, list[str]] = {}
    for line in (SYSTEMD / name).read_text().splitlines():
        key, separator, value = line.partition("=")
        if separator and not line.startswith("#"):
            table.setdefault(key, []).append(value)
    return table


def command(name: str, *, root: Path) -> list[str]:
    """What the unit starts, with the release at `root`."""
    text = unit(name)["ExecStart"][0].replace(PREFIX.rstrip("/"), str(root)).replace("%%", "%")
    return text.split()
