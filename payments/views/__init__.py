"""Pages where caregivers pay, and their receipts. Somebody else's booking is a 404."""
