"""Faults drawn from a seed against the whole portal under a paying load, and a judge who asks Stripe.

`python -m ops.chaos --seeds 20`. A seed is a plan of faults (`plan`), people who decide (`scenario`, `caregiver`,
`staff`), a recovery (`recovery`), and a verdict (`evidence`, `oracle`).
"""
