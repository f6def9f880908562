"""What a load run is asked for, read from the command line; refuses what would load somebody else's machine."""

import argparse
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from ops.load.limits import ALL, SCENARIOS
from ops.stack.program import ROOT

DEMO_FIXTURE: Final = Path(__file__).with_name("demo.json")
LOCAL: Final = ("localhost", "127.0.0.1", "::1")
DESCRIPTION: Final = """Load the portal at --url with k6 and decide: exits 1 on a breached limit, a scenario without
samples or a failing script, 2 when it is asked for what it will not do."""


@dataclass(frozen=True, slots=True)
class Options:
    """One run. `think` is seconds between pages; `ways` are how media are played: "cdn", "portal"; `ease` stretches
    the time limits."""

    url: str
    duration: str
    vus: int
    think: float
    scenarios: tuple[str, ...]
    ways: tuple[str, ...]
    fixture: dict[str, Any]
    out: Path
    ease: float


def read(arguments: list[str] | None = None) -> Options:
    """Options from the command line; exits with 2 and a sentence when they do not make a run."""
    parser = _parser()
    given = parser.parse_args(arguments)
    host = urlsplit(given.url).hostname or ""
    if host not in LOCAL and not given.allow_remote:
        parser.error(f"{host or given.url} is not this machine; --allow-remote if it is yours and expects the load")
    fixture = json.loads(given.fixture.read_text())
    unable = [name for name in given.scenario if name == "webhooks" and "webhook" not in fixture]
    if unable:
        parser.error("webhooks needs events to send: a --fixture made by `python -m ops.load.prepare --events N`")
    as_given = {name: getattr(given, name) for name in ("duration", "vus", "think", "out", "ease")}
    url, ways = given.url.rstrip("/"), _ways(given, fixture)
    return Options(url=url, scenarios=given.scenario, ways=ways, fixture=fixture, **as_given)


def _ways(given: argparse.Namespace, fixture: dict[str, Any]) -> tuple[str, ...]:
    """Both when neither is asked for and there is a CDN."""
    asked = tuple(way for way, wanted in (("cdn", given.with_cdn), ("portal", given.without_cdn)) if wanted)
    return asked or (("cdn", "portal") if fixture.get("cdn") else ("portal",))


def _parser() -> argparse.ArgumentParser:
    listing = "\n".join(f"  {scenario.name:10} {scenario.about}" for scenario in ALL)
    parser = argparse.ArgumentParser(prog="run-load-tests.sh", description=DESCRIPTION, epilog=f"scenarios:\n{listing}")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    usual = ",".join(name for name in SCENARIOS if name not in ("webhooks", "browser"))
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the portal's address (%(default)s)")
    parser.add_argument("--duration", type=_duration, default="60s", help="of each scenario: 30s, 5m (%(default)s)")
    parser.add_argument("--vus", type=_positive, default=10, help="virtual users (%(default)s)")
    parser.add_argument("--think", type=float, default=2.0, help="seconds between pages, half to one and a half (2)")
    which = "which, or all (%(default)s)"
    parser.add_argument("--scenario", type=_scenarios, default=usual, metavar="NAME[,NAME]", help=which)
    parser.add_argument("--with-cdn", action="store_true", help="play media through the CDN that pages name")
    straight = "play media straight from the portal; with both, they are compared"
    parser.add_argument("--without-cdn", action="store_true", help=straight)
    accounts = "accounts and events, from `python -m ops.load.prepare` (the accounts of make demo)"
    parser.add_argument("--fixture", type=Path, default=DEMO_FIXTURE, help=accounts)
    runs = ROOT / "storage" / "load-tests"
    parser.add_argument("--out", type=Path, default=runs, help="folder of all runs (storage/load-tests)")
    busy = "times the time limits, for a busy machine; errors stay errors"
    parser.add_argument("--ease", type=float, default=1.0, help=busy)
    parser.add_argument("--allow-remote", action="store_true", help="load another machine than this one")
    return parser


def _duration(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d*[smh]", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: write 30s, 5m or 1h")
    return text


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of users")
    return int(text)


def _scenarios(text: str) -> tuple[str, ...]:
    names = tuple(SCENARIOS) if text == "all" else tuple(text.split(","))
    unknown = [name for name in names if name not in SCENARIOS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: there are {', '.join(SCENARIOS)}, and all")
    return names
