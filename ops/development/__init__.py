"""What `make dev` has beyond the demo; no part of a release."""
