"""The form of a service, as a coordinator fills it in."""

from typing import Any

SERVICES = "/admin/snippets/bookings/service"


def typed(**changes: Any) -> dict[str, Any]:
    """The form as a coordinator fills it in."""
    empty = {f"{rows}-{part}": 0 for rows in ("cancellation_windows", "availabilities") for part in PARTS}
    plain = {
        "name": "Music afternoon", "slug": "music-afternoon", "summary": "Songs.", "location": "Orchard House",
        "image_name": "day-programme", "price_amount": "45.00", "currency": "GBP", "deposit_kind": "fixed",
        "deposit_value": "15.00", "time_zone": "Europe/London", "duration_minutes": 120, "hold_minutes": 30,
        "position": 0, "active": "on",
    }  # fmt: skip
    return {**plain, **empty, **changes}


PARTS = ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")
