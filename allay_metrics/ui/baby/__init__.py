"""Baby: one client's visits and answers."""
