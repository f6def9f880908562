"""Prometheus rules, Grafana dashboards, and a local Prometheus in front of the running portal."""
