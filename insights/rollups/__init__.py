"""Daily roll-ups: small tables that every KPI is read from, recomputed from the base tables day by day."""
