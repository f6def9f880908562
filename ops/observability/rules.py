"""Reads the alert rules, so that a panel's threshold is the alert's and not a copy of it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

HERE: Final = Path(__file__).parent
RULES: Final = HERE / "prometheus" / "portal.rules.yml"
_THRESHOLD: Final = re.compile(r">\s*([0-9.]+)")


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert: `threshold` in its expression's unit, None where presence is the question."""

    name: str
    expr: str
    severity: str
    summary: str
    runbook: str
    threshold: float | None

    @property
    def measured(self) -> str:
        """What is compared with the threshold."""
        return self.expr.partition(" > ")[0].strip()


def _all() -> list[dict[str, object]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def recorded() -> dict[str, str]:
    """Expression of each recording rule, by its name."""
    return {str(rule["record"]): str(rule["expr"]) for rule in _all() if "record" in rule}


def alerts() -> dict[str, Alert]:
    """Every alert, by its name."""
    return {alert.name: alert for alert in map(_alert, (rule for rule in _all() if "alert" in rule))}


def _alert(rule: dict[str, object]) -> Alert:
    labels, notes = rule["labels"], rule["annotations"]
    assert isinstance(labels, dict)
    assert isinstance(notes, dict)
    expr = str(rule["expr"])
    found = _THRESHOLD.search(expr)
    return Alert(
        name=str(rule["alert"]),
        expr=expr,
        severity=labels["severity"],
        summary=notes["summary"],
        runbook=notes["runbook_url"],
        threshold=float(found[1]) if found else None,
    )
