"""Baby: one client's line of visits and answers."""
