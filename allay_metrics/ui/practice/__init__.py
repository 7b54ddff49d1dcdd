"""Practice: the owner's settings and decisions."""
