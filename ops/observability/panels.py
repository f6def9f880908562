"""Panels as the portal's dashboards use them: one look, thresholds from the alert rules, a link to the runbook."""

from collections.abc import Sequence
from typing import Final

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common as common_models
from grafana_foundation_sdk.models import dashboard as models

from ops.observability.rules import Alert, alerts

SOURCE: Final = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
HEIGHT: Final = 8
Query = tuple[str, str]  # expression, legend


def _queries(queries: Sequence[Query], *, instant: bool) -> list[prometheus.Dataquery]:
    built = []
    for letter, (expr, legend) in zip("ABCDEFGH", queries, strict=False):
        query = prometheus.Dataquery().expr(expr).legend_format(legend).ref_id(letter)
        built.append(query.instant() if instant else query.range())
    return built


def _steps(alert: Alert | None) -> dashboard.ThresholdsConfig:
    steps = [models.Threshold(value=None, color="green")]
    if alert and alert.threshold is not None:
        steps.append(models.Threshold(value=alert.threshold, color="red" if alert.severity == "page" else "orange"))
    return dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)


def _links(alert: Alert | None) -> list[Builder[models.DashboardLink]]:
    if alert is None:
        return []
    link = dashboard.DashboardLink(f"Runbook: {alert.name}").type(models.DashboardLinkType.LINK)
    return [link.url(f"${{runbooks}}/{alert.runbook.rpartition('/')[2]}").target_blank(True)]


def lines(
    title: str, about: str, *queries: str, unit: str = "short", width: int = 12, alert: str = ""
) -> timeseries.Panel:
    """Values over time: each query before its legend.

    With an alert, its threshold is a line; a legend alone at the beginning is that of what the alert measures.
    """
    rule = alerts()[alert] if alert else None
    pairs = (rule.measured, *queries) if rule and len(queries) % 2 else queries
    panel = timeseries.Panel().title(title).description(about).datasource(SOURCE).span(width).height(HEIGHT).unit(unit)
    panel = panel.thresholds(_steps(rule)).links(_links(rule)).min(0)
    if rule:
        style = common.GraphThresholdsStyleConfig().mode(common_models.GraphThresholdsStyleMode.LINE)
        panel = panel.thresholds_style(style)
    for built in _queries(list(zip(pairs[::2], pairs[1::2], strict=True)), instant=False):
        panel = panel.with_target(built)
    return panel


def number(title: str, about: str, query: str, *, unit: str = "short") -> stat.Panel:
    """One figure."""
    panel = stat.Panel().title(title).description(about).datasource(SOURCE).span(6).height(HEIGHT).unit(unit)
    panel = panel.thresholds(_steps(None)).links([])
    return panel.with_target(_queries([(query, "")], instant=True)[0])


def bars(title: str, about: str, query: Query, *, unit: str = "short", width: int = 12) -> bargauge.Panel:
    """Values side by side over the range that is looked at."""
    panel = bargauge.Panel().title(title).description(about).datasource(SOURCE).span(width).height(HEIGHT).unit(unit)
    return panel.thresholds(_steps(None)).with_target(_queries([query], instant=True)[0])
