"""What is unusual: each watched figure against the same weekday of the weeks before, kept, shown and told once."""
