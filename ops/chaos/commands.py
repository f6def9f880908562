"""The portal's own commands, run against the stack: reconciliation, and the looks at the ledger and the audit trail."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ops.chaos.world import World


@dataclass(frozen=True, slots=True)
class Findings:
    """What the portal's own checks say of itself."""

    violations: list[str]
    audit_findings: list[str]


def reconcile(world: World, since: datetime) -> dict[str, Any]:
    """One reconciliation that heals; its report."""
    return world.manage("reconcile", "--heal", "--since", since.isoformat())


def inspect(world: World) -> Findings:
    """Invariants and audit trail, side by side."""
    with ThreadPoolExecutor(2) as pool:
        invariants = pool.submit(world.manage, "check_invariants")
        audit = pool.submit(world.manage, "audit_verify")
    broken = [f"{v['invariant']}: {v['subject']}: {v['sentence']}" for v in invariants.result()["violations"]]
    return Findings(broken, audit.result()["findings"])
