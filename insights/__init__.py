"""KPIs for managers: roll-ups, dashboard, anomaly detection."""
