"""Anomaly detection: each watched KPI against the same weekday of the previous weeks."""
