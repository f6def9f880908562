"""Money going back: the row under the lock, then Stripe, then what Stripe says.

A refund is written, and its amount reserved, before Stripe is called. An unanswered call leaves it unknown: the
next round looks for it at Stripe first, resends the same key only within 12 hours, and takes a new key only after
a definitive refusal, or a day later with nothing found.
"""
