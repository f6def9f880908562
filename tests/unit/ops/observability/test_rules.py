"""Alert rules: right by promtool, each proven to fire and to stay quiet, each with a runbook and known metrics."""

import re
import subprocess
from importlib import import_module
from pathlib import Path

import promql_parser
import pytest
import yaml
from django.conf import settings

from ops.observability.rules import HERE, RULES, alerts, recorded
from payments.enums import FRAUD_TASKS, STRIPE_ALARMS
from portal.common.metrics import DECLARED
from tests.services import ROOT

TESTS = HERE / "prometheus" / "portal.rules_test.yml"


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True)


def test_promtool_accepts_the_rules() -> None:
    assert promtool("check", "rules", RULES).returncode == 0


@pytest.mark.parametrize("name", alerts())
def test_each_alert_has_a_test_that_fires_and_one_that_does_not(name: str) -> None:
    cases = [rule for test in yaml.safe_load(TESTS.read_text())["tests"] for rule in test["alert_rule_test"]]
    expectations = [bool(case["exp_alerts"]) for case in cases if case["alertname"] == name]
    assert sorted(expectations) == [False, True]


@pytest.mark.parametrize("name", alerts())
def test_each_alert_has_a_runbook_that_names_it(name: str) -> None:
    runbook = ROOT / alerts()[name].runbook
    assert f"# {name}" in runbook.read_text()


def test_only_differences_alert_as_differences() -> None:
    told_apart = re.findall(r'kind!~"([^"]+)"', alerts()["DiscrepanciesOpen"].expr)
    assert [set(kinds.split("|")) for kinds in told_apart] == [set(FRAUD_TASKS | STRIPE_ALARMS)]


def metric_names(expression: str) -> set[str]:
    """Names of metrics in an expression, histogram suffixes removed."""
    promql_parser.parse(re.sub(r"\$__\w+", "5m", expression))
    found = re.findall(r"\b((?:portal|django)_[a-z0-9_]+)", expression)
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in found}


def test_every_metric_in_the_rules_exists_in_code() -> None:
    import_module(settings.ROOT_URLCONF)  # a metric is declared when its module is read
    expressions = [alert.expr for alert in alerts().values()] + list(recorded().values())
    used = {name for expression in expressions for name in metric_names(expression)}
    assert {name for name in used if name.startswith("portal_")} - set(DECLARED) == set()


def test_every_recorded_series_that_an_alert_uses_is_recorded() -> None:
    used = {name for alert in alerts().values() for name in re.findall(r"portal:[a-z0-9_:]+", alert.expr)}
    assert used - set(recorded()) == set()
