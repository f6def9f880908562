"""The Stripe.js stand-in: a script for the page, and frames that keep card data on this origin."""
