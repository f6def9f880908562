"""What every app may use: money, clock, metrics registry, health, task queue. No models of its own."""
