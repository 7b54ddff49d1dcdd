"""Records: imports, their accounts, and what waits."""
