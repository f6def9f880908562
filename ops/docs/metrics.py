"""docs/analytics/metrics-definitions.md: every KPI from its one definition, after hand-written context."""

from pathlib import Path
from typing import Final

from insights.kpis.definition import Kpi, Unit
from insights.kpis.registry import GROUPS

CONTEXT: Final = Path(__file__).with_name("metrics-context.md")
UNITS: Final = {
    Unit.COUNT: "a whole number",
    Unit.RATIO: "a share from 0 to 1, to four places; empty when there is nothing to divide by",
    Unit.SECONDS: "seconds; empty when nothing was timed",
    Unit.MONEY: "whole minor units, by currency",
    Unit.BREAKDOWN: "counts, by name",
}


def metrics_page() -> str:
    """The context, then a section for each group of KPIs."""
    sections = [CONTEXT.read_text().rstrip()]
    for name, kpis in GROUPS.items():
        sections += [f"## {name}", *map(_entry, kpis)]
    return "\n\n".join(sections) + "\n"


def _entry(kpi: Kpi) -> str:
    scope = "" if kpi.per_service else " Includes all services."
    return f"""### {kpi.name}

{kpi.meaning}{scope}

- key: `{kpi.key}`
- formula: {kpi.formula}
- unit: {UNITS[kpi.unit]}
- source: {kpi.source}
- owner: {kpi.owner}
- since version: {kpi.since}"""
