"""Grafana dashboards: in step with their code, laid out without overlap, thresholds those of the alerts."""

import json
import re
from itertools import combinations
from typing import Any

import promql_parser
import pytest

from ops.docs.generate import DOCUMENTS
from ops.observability.dashboards import DASHBOARDS, FOLDER, as_json
from ops.observability.rules import alerts, recorded
from portal.common.metrics import DECLARED
from tests.services import ROOT


def panels(name: str) -> list[dict[str, Any]]:
    """Every panel that shows data."""
    board = json.loads((FOLDER / name).read_text())
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def expressions(name: str) -> list[str]:
    return [target["expr"] for panel in panels(name) for target in panel["targets"]]


def test_the_files_are_what_the_code_writes() -> None:
    assert {name: (FOLDER / name).read_text() for name in DASHBOARDS} == {name: as_json(name) for name in DASHBOARDS}
    assert {f"{FOLDER.relative_to(ROOT)}/{name}" for name in DASHBOARDS} <= DOCUMENTS.keys()


@pytest.mark.parametrize("name", DASHBOARDS)
def test_panels_stay_within_the_grid_and_do_not_overlap(name: str) -> None:
    def cells(panel: dict[str, Any]) -> set[tuple[int, int]]:
        g = panel["gridPos"]
        return {(x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])}

    shown = panels(name)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in shown)
    assert [(a["title"], b["title"]) for a, b in combinations(shown, 2) if cells(a) & cells(b)] == []
    assert len({panel["id"] for panel in shown}) == len(shown)


@pytest.mark.parametrize("name", DASHBOARDS)
def test_every_panel_says_what_it_shows_and_asks_for_metrics_that_exist(name: str) -> None:
    assert [panel["title"] for panel in panels(name) if not panel.get("description")] == []
    for expression in expressions(name):
        promql_parser.parse(re.sub(r"\$__\w+", "5m", expression))
        for used in re.findall(r"\bportal_[a-z0-9_]+", expression):
            assert re.sub(r"_(bucket|sum|count)$", "", used) in DECLARED
        for used in re.findall(r"portal:[a-z0-9_:]+", expression):
            assert used in recorded()


def test_a_panel_with_a_runbook_has_its_alerts_threshold() -> None:
    seen = {}
    for name in DASHBOARDS:
        for panel in panels(name):
            for link in panel.get("links", []):
                alert = link["title"].removeprefix("Runbook: ")
                seen[alert] = panel["fieldConfig"]["defaults"]["thresholds"]["steps"][1]["value"]
    assert len(seen) >= 12
    assert seen == {name: alerts()[name].threshold for name in seen}
