"""How good the watch over the figures is: false alarms in normal years, planted anomalies found."""
