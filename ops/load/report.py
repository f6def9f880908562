"""A run kept as summary.json and index.html, and told beside the one before it."""

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from ops.load.options import Options
from ops.load.verdict import Line

SUMMARY: Final = "summary.json"
COLUMNS: Final = ("scenario", "measurement", "this run", "before", "change", "limit", "")
STYLE: Final = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #8886; padding: .4rem .6rem; text-align: left; }
td:nth-child(n+3):nth-child(-n+6), th:nth-child(n+3):nth-child(-n+6) { text-align: right; }
"""


def before(folder: Path) -> dict[str, float]:
    """The measurements of the latest run beside `folder` that was kept: {"booking deposit_page p(95)": 210.5}."""
    kept = sorted(path for path in folder.parent.glob(f"*/{SUMMARY}") if path.parent.name < folder.name)
    if not kept:
        return {}
    lines = json.loads(kept[-1].read_text())["figures"]
    return {f"{line['scenario']} {line['name']}": line["value"] for line in lines if line["value"] is not None}


def keep(folder: Path, options: Options, lines: Sequence[Line], problems: Sequence[str]) -> None:
    """Write summary.json and index.html, which leads to k6's own reports."""
    asked = {"url": options.url, "duration": options.duration, "vus": options.vus, "ease": options.ease}
    told = {**asked, "ways": options.ways, "figures": [line.as_json() for line in lines], "problems": list(problems)}
    (folder / SUMMARY).write_text(json.dumps(told, indent=1))
    (folder / "index.html").write_text(_page(folder, asked, rows(lines, before(folder)), problems))


def rows(lines: Sequence[Line], earlier: dict[str, float]) -> list[tuple[str, ...]]:
    """The table's rows under COLUMNS."""
    return [_row(line, earlier.get(f"{line.scenario} {line.name}")) for line in lines]


def _row(line: Line, earlier: float | None) -> tuple[str, ...]:
    change = f"{(line.value / earlier - 1) * 100:+.0f} %" if line.value is not None and earlier else ""
    limit = _told(line.at_most, line.unit) if line.at_most is not None else ""
    verdict = "FAILED" if line.problem else "met" if limit else ""
    known = _told(earlier, line.unit) if earlier is not None else ""
    return (line.scenario, line.name, _told(line.value, line.unit), known, change, limit, verdict)


def _told(value: float | None, unit: str) -> str:
    if value is None:
        return "no samples"
    return f"{value:,.0f} {unit}".strip() if value >= 1000 else f"{value:.3g} {unit}".strip()


def table(lines: Sequence[tuple[str, ...]]) -> str:
    """The same for a terminal."""
    everything = [COLUMNS, *lines]
    widths = [max(len(row[n]) for row in everything) for n in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in everything
    )


def _page(folder: Path, asked: dict[str, Any], lines: list[tuple[str, ...]], problems: Sequence[str]) -> str:
    def cells(row: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>"

    reports = sorted(path.name for path in folder.glob("*.html") if path.name != "index.html")
    links = "".join(f'<li><a href="{escape(name)}">{escape(name.removesuffix(".html"))}</a></li>' for name in reports)
    body = "".join(cells(row, "td") for row in lines)
    wrong = "".join(f"<li>{escape(problem)}</li>" for problem in problems)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Load test {folder.name}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>Load test {folder.name}: {'failed' if problems else 'every limit met'}</h1>"
        f"<p>{escape(', '.join(f'{name} {value}' for name, value in asked.items()))}</p>"
        f"{f'<ul>{wrong}</ul>' if wrong else ''}"
        f"<table><thead>{cells(COLUMNS, 'th')}</thead><tbody>{body}</tbody></table>"
        f"<h2>k6's reports</h2><ul>{links}</ul></body></html>\n"
    )
