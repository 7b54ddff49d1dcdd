"""Cities: where the practice works."""
