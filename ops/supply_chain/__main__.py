"""`python -m ops.supply_chain [--out FILE]`: licences and known vulnerabilities of a release; with --out, its bill.

Exit code 1 when a licence is unknown or refused, or a vulnerability is known.
"""

import argparse
from pathlib import Path

from ops.supply_chain import licences, sbom, shipped, vulnerabilities


def main() -> int:
    """Print a line on each question; exit code 1 when a part may not ship."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="write the bill of materials (CycloneDX JSON) here")
    out = parser.parse_args().out
    parts = shipped.parts()
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(sbom.as_json(sbom.bill(parts)))
        print(f"Bill of materials: {out}, {len(parts)} parts.")
    refused = licences.refused(parts)
    answer = vulnerabilities.ask()
    print(f"Licences: {len(refused)} refused among {len(parts)} parts.")
    print(vulnerabilities.sentence(answer))
    for line in (*refused, *answer.known):
        print(f"  {line}")
    return 1 if refused or answer.known else 0


if __name__ == "__main__":
    raise SystemExit(main())
