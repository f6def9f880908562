"""Load tests that decide: k6 scenarios, their limits, and the verdict."""
