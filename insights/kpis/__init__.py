"""The figures: one definition each, read from the roll-ups alone."""
