"""Daily roll-ups: small tables that every figure is read from, recomputed from the base tables day by day."""
