"""What every app may use: money, clock, metrics registry, health, doorbell. No models of its own."""
