"""Practice: what the owner decides."""
