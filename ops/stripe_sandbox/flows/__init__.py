"""What happens to money: the only modules that change an intent, charge, refund or dispute."""
