"""`python -m ops.anomalies [--years N]`: false alarms in made-up normal years, and planted anomalies found.

Ends with 1 when a figure raises more than one false alarm a quarter, or a big planted anomaly is not found.
"""

import argparse
import os
import sys
from typing import Final

SIZES: Final = (40, 150)  # bookings a day


def main() -> int:
    """Print the tables of docs/analytics/anomalies.md, and what breaks the promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=3, help="made-up years for each size of portal (default 3)")
    years = parser.parse_args().years
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")
    import django

    django.setup()
    from ops.anomalies.measure import measure
    from ops.anomalies.report import tables, too_bad

    measured = [measure(a_day, years) for a_day in SIZES]
    print(tables(measured))
    broken = too_bad(measured)
    print("\n".join(broken), file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
