"""KPIs: one definition each, computed from the roll-ups alone."""
